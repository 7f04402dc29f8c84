package io.deeptrain.video.adapter.process;

import io.deeptrain.video.Film;
import io.deeptrain.video.GifFilm;
import io.deeptrain.video.Moment;
import io.deeptrain.video.Sampling;
import io.deeptrain.video.UnreadableVideoException;
import io.deeptrain.video.adapter.jcodec.QuickTimeFilm;
import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The process that decodes: it reads a request and a file from its input and writes what it sees to its output. What
 * the file makes of it, its parent decides how long and in how much memory.
 */
final class VideoChild {
    private static final int CHUNK_BYTES = 1 << 16;

    private VideoChild() {}

    public static void main(String[] arguments) throws IOException {
        DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), CHUNK_BYTES));
        // The decoder prints what it wonders about.
        System.setOut(System.err);
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, CHUNK_BYTES));
        int everyMillis = in.readInt();
        int side = in.readInt();
        byte[] file = in.readNBytes(in.readInt());
        try {
            answer(file, everyMillis, side, out);
        } catch (UnreadableVideoException reason) {
            refuse(out, String.valueOf(reason.getMessage()));
        } catch (IOException | RuntimeException | StackOverflowError damaged) {
            // The decoder answers damaged files with whatever it runs into.
            refuse(out, "it is damaged: " + damaged);
        } catch (OutOfMemoryError large) {
            refuse(out, "it takes more memory than a video may");
        }
        out.flush();
        // Threads of the decoder may still be there.
        Runtime.getRuntime().halt(0);
    }

    private static void refuse(DataOutputStream out, String reason) throws IOException {
        out.writeByte(Wire.UNREADABLE);
        out.writeUTF(reason.length() > 1000 ? reason.substring(0, 1000) : reason);
    }

    private static void answer(byte[] file, int everyMillis, int side, DataOutputStream out) throws IOException {
        Film film = film(file);
        List<Moment> moments;
        if (everyMillis == VideoReader.FIRST_FRAME_ONLY) {
            moments = List.of(new Moment(0, 0, 0));
        } else {
            moments = switch (Sampling.of(film.startMillis(), film.clip(), everyMillis)) {
                case Sampling.Moments(List<Moment> chosen) -> chosen;
                case Sampling.TooMany(String reason) -> throw new UnreadableVideoException(reason);
            };
        }
        out.writeByte(Wire.CLIP);
        out.writeUTF(film.clip().format());
        out.writeInt(film.clip().width());
        out.writeInt(film.clip().height());
        out.writeInt(film.clip().frames());
        out.writeLong(film.clip().millis());
        film.show(moments, side, (moment, frame) -> write(moment, frame, out));
        out.writeByte(Wire.END);
    }

    private static Film film(byte[] file) throws IOException {
        if (GifFilm.is(file)) {
            return GifFilm.of(file);
        }
        if (QuickTimeFilm.is(file)) {
            return QuickTimeFilm.of(file);
        }
        throw new UnreadableVideoException("its bytes are %s; %s are read".formatted(name(file), VideoReader.FORMATS));
    }

    /** What the file seems to be, for whoever has to convert it. */
    private static String name(byte[] file) {
        int first = file.length < 4 ? 0 : ByteBuffer.wrap(file).getInt();
        return switch (first) {
            case 0x1a45dfa3 -> "WebM or Matroska";
            case 0x52494646 -> "AVI or another RIFF file";
            case 0x000001ba, 0x000001b3 -> "MPEG-1 or MPEG-2";
            case 0x464c5601 -> "Flash video";
            case 0x3026b275 -> "Windows Media";
            case 0x4f676753 -> "Ogg";
            default -> first >>> 24 == 0x47 ? "an MPEG transport stream" : "no video";
        };
    }

    private static void write(Moment moment, BufferedImage frame, DataOutputStream out) throws IOException {
        out.writeByte(Wire.FRAME);
        out.writeInt(moment.index());
        out.writeInt(moment.frame());
        out.writeLong(moment.millis());
        out.writeInt(frame.getWidth());
        out.writeInt(frame.getHeight());
        int[] pixels = frame.getRGB(0, 0, frame.getWidth(), frame.getHeight(), null, 0, frame.getWidth());
        ByteBuffer bytes = ByteBuffer.allocate(pixels.length * Integer.BYTES);
        bytes.asIntBuffer().put(pixels);
        out.write(bytes.array());
    }
}
