package io.deeptrain.video.adapter.process;

import io.deeptrain.video.Clip;
import io.deeptrain.video.Film.Screen;
import io.deeptrain.video.Moment;
import io.deeptrain.video.VideoLimits;
import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jcodec.containers.mp4.demuxer.MP4Demuxer;

/**
 * Decodes videos, each in a Java process of its own with a limit of memory and of time: a decoder can be made to loop
 * for ever by a few bytes, and nothing ends a thread. Such a file costs its own process and nothing else.
 */
public final class VideoReader implements AutoCloseable {
    /** What is read, as a user would say it. */
    public static final String FORMATS = "MP4 and QuickTime with H.264 or Motion JPEG, and animated GIF";

    static final int FIRST_FRAME_ONLY = 0;
    private static final int PROBE_SIDE = 256;
    private static final Duration TIME_MAX = Duration.ofSeconds(30);
    /** One video after the other: each may take a whole core and much memory. */
    private static final int PROCESSES_MAX = 1;

    private static final Duration WAIT_MAX = Duration.ofSeconds(90);
    private static final int MEMORY_MAX_MIB = 384;

    private final Duration timeMax;
    private final Semaphore processes = new Semaphore(PROCESSES_MAX, true);
    private final Set<Process> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Other videos are being decoded, for too long to wait for their end. */
    public static final class BusyException extends IOException {
        private static final long serialVersionUID = 1L;

        BusyException() {
            super("other videos are being decoded, please retry");
        }
    }

    /** What became of a video. */
    public sealed interface Reading {
        /** All wanted frames were shown. */
        record Shown(Clip clip) implements Reading {}

        /** {@code reason} is for whoever uploaded it, and goes on after "the video cannot be used: ". */
        record Unreadable(String reason) implements Reading {}
    }

    public VideoReader() {
        this(TIME_MAX);
    }

    /** @param timeMax that decoding may take, less what the screen takes */
    @SuppressWarnings("MissingSummary") // There is nothing else to say.
    VideoReader(Duration timeMax) {
        this.timeMax = timeMax;
    }

    /** Reads where all frames lie, and decodes the first. */
    public Reading probe(byte[] file) throws IOException {
        return read(file, FIRST_FRAME_ONLY, PROBE_SIDE, (_, _) -> {});
    }

    /**
     * Shows the frame of each so many milliseconds; what was shown of a video that turns out to be unreadable was
     * nothing.
     *
     * @param everyMillis {@link VideoLimits#SAMPLE_MILLIS_MIN} to {@link VideoLimits#SAMPLE_MILLIS_MAX}
     * @param side each side is decoded to about so many pixels
     * @throws IOException if the process cannot be started, or the screen's
     */
    public Reading show(byte[] file, int everyMillis, int side, Screen screen) throws IOException {
        if (VideoLimits.problemOfSampling(everyMillis).isPresent()) {
            throw new IllegalArgumentException(
                    "sample_ms is " + VideoLimits.problemOfSampling(everyMillis).get());
        }
        return read(file, everyMillis, side, screen);
    }

    private Reading read(byte[] file, int everyMillis, int side, Screen screen) throws IOException {
        if (file.length > VideoLimits.BYTES_MAX) {
            return new Reading.Unreadable(
                    "it has %d bytes but must have at most %d".formatted(file.length, VideoLimits.BYTES_MAX));
        }
        try {
            if (!processes.tryAcquire(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new BusyException();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting to decode a video", interrupted);
        }
        try {
            return decode(file, everyMillis, side, screen);
        } finally {
            processes.release();
        }
    }

    private Reading decode(byte[] file, int everyMillis, int side, Screen screen) throws IOException {
        Process process = new ProcessBuilder(command())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        running.add(process);
        if (closed) {
            process.destroyForcibly();
        }
        TimeLimit limit = TimeLimit.of(process, timeMax);
        try (DataInputStream answers = new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
            ask(process, file, everyMillis, side);
            return follow(answers, (moment, frame) -> limit.without(() -> screen.show(moment, frame)));
        } catch (ChildException ended) {
            return new Reading.Unreadable(
                    limit.isOver()
                            ? "decoding it took longer than %d seconds".formatted(timeMax.toSeconds())
                            : "decoding it ended before its time");
        } finally {
            process.destroyForcibly();
            running.remove(process);
            limit.close();
        }
    }

    /**
     * Ends at once what is being decoded, for whoever no longer wants it: it and all that comes later is unreadable.
     */
    @Override
    public void close() {
        closed = true;
        running.forEach(Process::destroyForcibly);
    }

    private static void ask(Process process, byte[] file, int everyMillis, int side) throws ChildException {
        try (DataOutputStream question = new DataOutputStream(process.getOutputStream())) {
            question.writeInt(everyMillis);
            question.writeInt(side);
            question.writeInt(file.length);
            question.write(file);
        } catch (IOException gone) {
            throw new ChildException(gone);
        }
    }

    private static Reading follow(DataInputStream answers, Screen screen) throws IOException {
        Clip clip = null;
        while (true) {
            Frame frame = null;
            try {
                switch (answers.readByte()) {
                    case Wire.CLIP ->
                        clip = new Clip(
                                answers.readUTF(),
                                answers.readInt(),
                                answers.readInt(),
                                answers.readInt(),
                                answers.readLong());
                    case Wire.FRAME -> frame = frame(answers);
                    case Wire.END -> {
                        if (clip != null) {
                            return new Reading.Shown(clip);
                        }
                        throw new ChildException(new IOException("an end without a beginning"));
                    }
                    case Wire.UNREADABLE -> {
                        return new Reading.Unreadable(answers.readUTF());
                    }
                    default -> throw new ChildException(new IOException("a word that is not in the list"));
                }
            } catch (IOException gone) {
                throw new ChildException(gone);
            }
            if (frame != null) {
                screen.show(frame.moment(), frame.image());
            }
        }
    }

    private record Frame(Moment moment, BufferedImage image) {}

    private static Frame frame(DataInputStream answers) throws IOException {
        Moment moment = new Moment(answers.readInt(), answers.readInt(), answers.readLong());
        int width = answers.readInt();
        int height = answers.readInt();
        if (VideoLimits.problemOfSize(width, height).isPresent()) {
            throw new IOException("a frame of %d x %d".formatted(width, height));
        }
        byte[] bytes = new byte[width * height * Integer.BYTES];
        answers.readFully(bytes);
        int[] pixels = new int[width * height];
        ByteBuffer.wrap(bytes).asIntBuffer().get(pixels);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, width, height, pixels, 0, width);
        return new Frame(moment, image);
    }

    /** The process said less than it should have. */
    private static final class ChildException extends IOException {
        private static final long serialVersionUID = 1L;

        ChildException(IOException cause) {
            super(cause);
        }
    }

    private static List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx%dm".formatted(MEMORY_MAX_MIB),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Djava.awt.headless=true",
                "-cp",
                Stream.of(VideoChild.class, MP4Demuxer.class)
                        .map(VideoReader::home)
                        .collect(Collectors.joining(System.getProperty("path.separator"))),
                VideoChild.class.getName());
    }

    /** The jar or folder that the class was loaded from. */
    private static String home(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException impossible) {
            throw new UncheckedIOException(new IOException("no place has %s".formatted(type), impossible));
        }
    }
}
