package io.deeptrain.video.adapter.process;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import org.jcodec.api.SequenceEncoder;
import org.jcodec.common.Codec;
import org.jcodec.common.Format;
import org.jcodec.common.MuxerTrack;
import org.jcodec.common.VideoCodecMeta;
import org.jcodec.common.io.ByteBufferSeekableByteChannel;
import org.jcodec.common.model.ColorSpace;
import org.jcodec.common.model.Packet;
import org.jcodec.common.model.Picture;
import org.jcodec.common.model.Rational;
import org.jcodec.common.model.Size;
import org.jcodec.containers.mp4.muxer.MP4Muxer;

/** Videos made for a test. The n-th frame is grey, as bright as {@link #brightness} says, its left quarter black. */
final class Filmed {
    static final int WIDTH = 64;
    static final int HEIGHT = 48;
    private static final int FILE_BYTES_MAX = 4 << 20;

    private Filmed() {}

    static int brightness(int frame) {
        return 40 + 5 * frame;
    }

    /** MP4 with H.264. */
    static byte[] h264(int frames, int framesPerSecond) {
        return written(file -> {
            SequenceEncoder encoder =
                    new SequenceEncoder(file, Rational.R(framesPerSecond, 1), Format.MOV, Codec.H264, null);
            for (int frame = 0; frame < frames; frame++) {
                encoder.encodeNativeFrame(picture(frame));
            }
            encoder.finish();
        });
    }

    private static Picture picture(int frame) {
        Picture picture = Picture.create(WIDTH, HEIGHT, ColorSpace.RGB);
        // The encoder uses all of a byte and does not say so: black and white are squeezed to where players look for
        // them.
        Arrays.fill(picture.getPlaneData(0), (byte) (16 + brightness(frame) * 219 / 255 - 128));
        for (int y = 0; y < HEIGHT; y++) {
            Arrays.fill(picture.getPlaneData(0), 3 * y * WIDTH, 3 * (y * WIDTH + WIDTH / 4), (byte) (16 - 128));
        }
        return picture;
    }

    /** QuickTime with Motion JPEG. */
    static byte[] motionJpeg(int frames, int framesPerSecond) {
        byte[] named = written(file -> {
            MP4Muxer muxer = MP4Muxer.createMP4MuxerToChannel(file);
            MuxerTrack track = muxer.addVideoTrack(
                    Codec.JPEG, VideoCodecMeta.createSimpleVideoCodecMeta(new Size(WIDTH, HEIGHT), ColorSpace.YUV420J));
            for (int frame = 0; frame < frames; frame++) {
                ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
                ImageIO.write(image(frame), "jpeg", jpeg);
                track.addFrame(Packet.createPacket(
                        ByteBuffer.wrap(jpeg.toByteArray()),
                        frame,
                        framesPerSecond,
                        1,
                        frame,
                        Packet.FrameType.KEY,
                        null));
            }
            muxer.finish();
        });
        // The muxer calls it by a name that nobody else uses.
        return new String(named, StandardCharsets.ISO_8859_1)
                .replace("mjpg", "jpeg")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    static BufferedImage image(int frame) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        int grey = brightness(frame);
        pen.setColor(new Color(grey, grey, grey));
        pen.fillRect(WIDTH / 4, 0, WIDTH - WIDTH / 4, HEIGHT);
        pen.dispose();
        return image;
    }

    /** A patch of an animated GIF. */
    record Patch(BufferedImage image, int left, int top, String disposal, int delayCentiseconds) {}

    static byte[] gif(List<Patch> patches) {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("gif");
        ImageWriter writer = writers.next();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (Patch patch : patches) {
                writer.writeToSequence(new IIOImage(patch.image(), null, notes(writer, patch)), null);
            }
            writer.endWriteSequence();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        writer.dispose();
        return file.toByteArray();
    }

    private static IIOMetadata notes(ImageWriter writer, Patch patch) throws IOException {
        IIOMetadata notes =
                writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(patch.image()), null);
        String format = notes.getNativeMetadataFormatName();
        IIOMetadataNode root = (IIOMetadataNode) notes.getAsTree(format);
        IIOMetadataNode place = child(root, "ImageDescriptor");
        place.setAttribute("imageLeftPosition", Integer.toString(patch.left()));
        place.setAttribute("imageTopPosition", Integer.toString(patch.top()));
        place.setAttribute("imageWidth", Integer.toString(patch.image().getWidth()));
        place.setAttribute("imageHeight", Integer.toString(patch.image().getHeight()));
        place.setAttribute("interlaceFlag", "FALSE");
        IIOMetadataNode control = child(root, "GraphicControlExtension");
        control.setAttribute("disposalMethod", patch.disposal());
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "FALSE");
        control.setAttribute("transparentColorIndex", "0");
        control.setAttribute("delayTime", Integer.toString(patch.delayCentiseconds()));
        notes.setFromTree(format, root);
        return notes;
    }

    private static IIOMetadataNode child(IIOMetadataNode root, String name) {
        for (int i = 0; i < root.getLength(); i++) {
            if (root.item(i).getNodeName().equals(name)) {
                return (IIOMetadataNode) root.item(i);
            }
        }
        IIOMetadataNode child = new IIOMetadataNode(name);
        root.appendChild(child);
        return child;
    }

    private interface Writing {
        void to(ByteBufferSeekableByteChannel file) throws IOException;
    }

    private static byte[] written(Writing writing) {
        ByteBuffer space = ByteBuffer.allocate(FILE_BYTES_MAX);
        ByteBufferSeekableByteChannel file = ByteBufferSeekableByteChannel.writeToByteBuffer(space);
        try {
            writing.to(file);
            ByteBuffer contents = file.getContents();
            byte[] bytes = new byte[contents.remaining()];
            contents.get(bytes);
            return bytes;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
