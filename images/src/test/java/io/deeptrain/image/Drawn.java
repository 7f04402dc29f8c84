package io.deeptrain.image;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Image files made for a test. */
final class Drawn {
    private static final int JPEG_START_BYTES = 2;
    private static final int INKED_SIDE = 16;

    private Drawn() {}

    static byte[] file(BufferedImage image, String format) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, file)) {
                throw new IllegalArgumentException("nothing writes " + format);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return file.toByteArray();
    }

    static BufferedImage filled(int width, int height, int type, Color colour) {
        BufferedImage image = new BufferedImage(width, height, type);
        Graphics2D pen = image.createGraphics();
        pen.setColor(colour);
        pen.fillRect(0, 0, width, height);
        pen.dispose();
        return image;
    }

    /** Of noise, so that its bytes mean something up to the end. */
    static BufferedImage noise(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int pixel = 1;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                pixel = pixel * 1_664_525 + 1_013_904_223;
                image.setRGB(x, y, pixel >>> 8);
            }
        }
        return image;
    }

    /** A JPEG whose pixels are four inks each, from 0 to 255, inverted as Adobe's programs write them. */
    static byte[] inked(int cyan, int magenta, int yellow, int black) throws IOException {
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, INKED_SIDE, INKED_SIDE, 4, null);
        for (int y = 0; y < INKED_SIDE; y++) {
            for (int x = 0; x < INKED_SIDE; x++) {
                raster.setPixel(x, y, new int[] {255 - cyan, 255 - magenta, 255 - yellow, 255 - black});
            }
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file)) {
            writer.setOutput(out);
            writer.write(new IIOImage(raster, null, null));
        } finally {
            writer.dispose();
        }
        ByteBuffer adobe = ByteBuffer.allocate(16).order(ByteOrder.BIG_ENDIAN);
        adobe.putShort((short) 0xFFEE).putShort((short) 14);
        adobe.put("Adobe".getBytes(StandardCharsets.US_ASCII)).putShort((short) 100);
        return withSegment(file.toByteArray(), adobe.array());
    }

    private static byte[] withSegment(byte[] jpeg, byte[] segment) {
        return ByteBuffer.allocate(jpeg.length + segment.length)
                .put(jpeg, 0, JPEG_START_BYTES)
                .put(segment)
                .put(jpeg, JPEG_START_BYTES, jpeg.length - JPEG_START_BYTES)
                .array();
    }

    /** A JPEG that says in EXIF how it was held, 1 to 8. */
    static byte[] held(BufferedImage image, int orientation) {
        ByteBuffer exif = ByteBuffer.allocate(36).order(ByteOrder.BIG_ENDIAN);
        exif.putShort((short) 0xFFE1).putShort((short) 34);
        exif.put("Exif\0\0MM".getBytes(StandardCharsets.US_ASCII))
                .putShort((short) 42)
                .putInt(8);
        exif.putShort((short) 1).putShort((short) 0x0112).putShort((short) 3).putInt(1);
        exif.putShort((short) orientation).putShort((short) 0).putInt(0);
        return withSegment(file(image, "jpeg"), exif.array());
    }

    /** A PNG of this size as far as its header tells, with no pixels. */
    static byte[] pngHeader(int width, int height) {
        ByteBuffer header = ByteBuffer.allocate(17).put("IHDR".getBytes(StandardCharsets.US_ASCII));
        header.putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(header.array());
        return ByteBuffer.allocate(8 + 4 + 17 + 4)
                .putLong(0x89504E470D0A1A0AL)
                .putInt(13)
                .put(header.array())
                .putInt((int) crc.getValue())
                .array();
    }

    /** The rest of a PNG, whose rows are so many zeros: a thousand times smaller than they. */
    static byte[] pngZeros(long count) throws IOException {
        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(deflated)) {
            byte[] zeros = new byte[1 << 16];
            for (long left = count; left > 0; left -= zeros.length) {
                deflater.write(zeros, 0, (int) Math.min(left, zeros.length));
            }
        }
        ByteBuffer chunk = ByteBuffer.allocate(4 + deflated.size());
        chunk.put("IDAT".getBytes(StandardCharsets.US_ASCII)).put(deflated.toByteArray());
        CRC32 crc = new CRC32();
        crc.update(chunk.array());
        return ByteBuffer.allocate(4 + chunk.capacity() + 4 + 12)
                .putInt(deflated.size())
                .put(chunk.array())
                .putInt((int) crc.getValue())
                .putInt(0)
                .putLong(0x49454E44AE426082L)
                .array();
    }

    /** A WebP with loss whose codes are zeros, half of them for each of its two parts; after RFC 6386, section 9.1. */
    static byte[] lossyWebp(int width, int height) {
        int codes = 1 << 19;
        int tag = (1 << 4) | ((codes / 2) << 5);
        ByteBuffer file = ByteBuffer.allocate(30 + codes).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(22 + codes);
        file.put("WEBPVP8 ".getBytes(StandardCharsets.US_ASCII)).putInt(10 + codes);
        file.putShort((short) tag).put((byte) (tag >> 16));
        file.put((byte) 0x9D).put((byte) 0x01).put((byte) 0x2A);
        return file.putShort((short) width).putShort((short) height).array();
    }

    /**
     * A lossless WebP of one colour, whose five codes have one symbol each, so that the pixels themselves take no bits;
     * after RFC 9649, section 3.
     */
    static byte[] webp(int width, int height, Color colour) {
        Bits bits = new Bits();
        bits.add(0x2F, Byte.SIZE);
        bits.add(width - 1, 14);
        bits.add(height - 1, 14);
        bits.add(0, 1 + 3); // No alpha; version 0.
        bits.add(0, 1); // No transform.
        bits.add(0, 1); // No colour cache.
        bits.add(0, 1); // One set of codes for the whole image.
        for (int symbol : new int[] {colour.getGreen(), colour.getRed(), colour.getBlue(), 255, 0}) {
            bits.add(1, 1); // A simple code
            bits.add(0, 1); // of one symbol,
            bits.add(1, 1); // which has eight bits.
            bits.add(symbol, Byte.SIZE);
        }
        byte[] stream = bits.bytes();
        int padding = stream.length % 2;
        ByteBuffer file = ByteBuffer.allocate(20 + stream.length + padding).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(12 + stream.length + padding);
        file.put("WEBPVP8L".getBytes(StandardCharsets.US_ASCII))
                .putInt(stream.length)
                .put(stream);
        return file.array();
    }

    /** Bits, the lowest of each value and byte first. */
    private static final class Bits {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int current;
        private int count;

        void add(int value, int width) {
            for (int bit = 0; bit < width; bit++) {
                current |= (value >> bit & 1) << count++;
                if (count == Byte.SIZE) {
                    bytes.write(current);
                    current = 0;
                    count = 0;
                }
            }
        }

        byte[] bytes() {
            add(0, (Byte.SIZE - count) % Byte.SIZE);
            return bytes.toByteArray();
        }
    }
}
