package io.deeptrain.worker.training;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.IntFunction;
import javax.imageio.ImageIO;
import org.jcodec.api.SequenceEncoder;
import org.jcodec.common.Codec;
import org.jcodec.common.Format;
import org.jcodec.common.io.ByteBufferSeekableByteChannel;
import org.jcodec.common.model.ColorSpace;
import org.jcodec.common.model.Picture;
import org.jcodec.common.model.Rational;

/** Videos of grey that grows brighter, and of digits. */
public final class DrawnVideo {
    private static final int SIDE = 32;
    private static final int BRIGHTER = 10;

    private DrawnVideo() {}

    /** MP4 with H.264 of two frames a second. */
    public static byte[] mp4(int frames) {
        return mp4(2, frames, frame -> {
            Picture picture = Picture.create(SIDE, SIDE, ColorSpace.RGB);
            Arrays.fill(picture.getPlaneData(0), (byte) (BRIGHTER * frame - 100));
            return picture;
        });
    }

    /** MP4 with H.264 that is black at first and then shows another drawing of a digit each second. */
    static byte[] mp4OfDigit(int digit, int seconds, long seed) {
        return mp4(
                1, seconds, frame -> frame == 0 ? picture(new byte[0]) : picture(DrawnDigits.png(digit, seed + frame)));
    }

    private static Picture picture(byte[] png) {
        BufferedImage canvas = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = canvas.createGraphics();
        try {
            if (png.length > 0) {
                pen.drawImage(ImageIO.read(new ByteArrayInputStream(png)), 0, 0, SIDE, SIDE, null);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        } finally {
            pen.dispose();
        }
        Picture picture = Picture.create(SIDE, SIDE, ColorSpace.RGB);
        byte[] bytes = picture.getPlaneData(0);
        for (int i = 0; i < bytes.length; i++) {
            // The picture's bytes are signed, and the digit is grey.
            bytes[i] = (byte) ((canvas.getRGB(i / 3 % SIDE, i / 3 / SIDE) & 255) - 128);
        }
        return picture;
    }

    private static byte[] mp4(int framesPerSecond, int frames, IntFunction<Picture> drawn) {
        ByteBufferSeekableByteChannel file =
                ByteBufferSeekableByteChannel.writeToByteBuffer(ByteBuffer.allocate(1 << 20));
        try {
            SequenceEncoder encoder =
                    new SequenceEncoder(file, Rational.R(framesPerSecond, 1), Format.MOV, Codec.H264, null);
            for (int frame = 0; frame < frames; frame++) {
                encoder.encodeNativeFrame(drawn.apply(frame));
            }
            encoder.finish();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        ByteBuffer contents = file.getContents();
        byte[] bytes = new byte[contents.remaining()];
        contents.get(bytes);
        return bytes;
    }
}
