package io.deeptrain.worker.training;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Image files of all formats that are read, and what may be done to them by accident or on purpose. */
final class TamperedImages {
    /** What is known of a file by how it was made, without a decoder. */
    enum Fate {
        READABLE,
        UNREADABLE,
        /** Whether damage of a few bits shows is the format's affair. */
        EITHER
    }

    /** A file and what must become of it. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
    record Tampered(byte[] file, Fate fate) {}

    /** No format has told its size, or anything but its name, by then. */
    private static final int HEADER_BYTES = 12;

    /** Of noise, so that files are as large as their pixels and a quarter of a file is a part of the image. */
    private static final int SIDE = 40;

    private static final int FLIPS_MAX = 8;
    private static final byte[] PNG = HexFormat.of().parseHex("89504e470d0a1a0a");
    /** Lossless, of one colour, so that its pixels take no bits. */
    private static final byte[] WEBP =
            HexFormat.of().parseHex("524946461a000000574542505650384c0d0000002f27c009002872ff0bd0ff020000");

    private final SplittableRandom random;
    private final List<byte[]> originals = new ArrayList<>();
    private final List<Tampered> bombs = new ArrayList<>();
    private final Tampered deep;

    private TamperedImages(long seed) throws IOException {
        random = new SplittableRandom(seed);
        for (int type : new int[] {
            BufferedImage.TYPE_INT_RGB,
            BufferedImage.TYPE_4BYTE_ABGR,
            BufferedImage.TYPE_BYTE_GRAY,
            BufferedImage.TYPE_USHORT_GRAY,
            BufferedImage.TYPE_BYTE_INDEXED
        }) {
            originals.add(written(noise(type), "png", false));
        }
        originals.add(deepPng());
        originals.add(written(noise(BufferedImage.TYPE_3BYTE_BGR), "bmp", false));
        originals.add(written(noise(BufferedImage.TYPE_BYTE_INDEXED), "gif", false));
        originals.add(written(noise(BufferedImage.TYPE_3BYTE_BGR), "jpeg", false));
        originals.add(written(noise(BufferedImage.TYPE_3BYTE_BGR), "jpeg", true));
        originals.add(held(originals.getLast()));
        originals.add(inked());
        makeBombs();
        deep = new Tampered(png(7_071, 7_071, 8, 2, 7_071L * (1 + 3 * 7_071)), Fate.READABLE);
    }

    /**
     * So many files of each kind in turn, the same for the same seed: as they were made, cut off, of another format
     * than they begin with, of a few changed bits; one of twenty-five is a bomb, and one of a thousand has nearly as
     * many pixels as an image may have.
     */
    static List<Tampered> of(int count, long seed) throws IOException {
        TamperedImages images = new TamperedImages(seed);
        List<Tampered> files = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            files.add(images.next(n));
        }
        return files;
    }

    private Tampered next(int n) throws IOException {
        if (n % 1_000 == 1) {
            return deep;
        }
        if (n % 25 == 5) {
            return bombs.get(n / 25 % bombs.size());
        }
        byte[] original = originals.get(random.nextInt(originals.size()));
        return switch (n % 8) {
            case 0 -> new Tampered(original, Fate.READABLE);
            case 1 -> new Tampered(Arrays.copyOf(original, random.nextInt(HEADER_BYTES)), Fate.UNREADABLE);
            case 2 -> new Tampered(Arrays.copyOf(original, random.nextInt(original.length * 3 / 4)), Fate.UNREADABLE);
            case 3 -> new Tampered(misnamed(original), Fate.UNREADABLE);
            default -> new Tampered(flipped(random.nextInt(16) == 0 ? WEBP : original), Fate.EITHER);
        };
    }

    private byte[] flipped(byte[] original) {
        byte[] file = original.clone();
        for (int n = random.nextInt(1, FLIPS_MAX); n > 0; n--) {
            file[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        }
        return file;
    }

    /** What is in the file is not what its first bytes say, or no image at all. */
    private byte[] misnamed(byte[] original) throws IOException {
        return switch (random.nextInt(6)) {
            case 0 -> joined(PNG, original);
            case 1 -> joined("GIF89a".getBytes(StandardCharsets.US_ASCII), original);
            case 2 -> joined(HexFormat.of().parseHex("ffd8ffe0"), original);
            case 3 -> joined(Arrays.copyOf(WEBP, HEADER_BYTES), original);
            case 4 -> zipped(original);
            default -> serialized(original);
        };
    }

    private static byte[] zipped(byte[] original) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("image.png"));
            zip.write(original);
        }
        return file.toByteArray();
    }

    private static byte[] serialized(byte[] original) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ObjectOutputStream objects = new ObjectOutputStream(file)) {
            objects.writeObject(original);
        }
        return file.toByteArray();
    }

    /** Few bytes that ask for much. */
    private void makeBombs() throws IOException {
        bombs.add(new Tampered(png(50_000, 50_000, 8, 2, 1_000), Fate.UNREADABLE));
        bombs.add(new Tampered(png(7_072, 7_072, 8, 2, 1_000), Fate.UNREADABLE));
        bombs.add(new Tampered(png(49_000_000, 1, 8, 2, 1 + 3 * 49_000_000L), Fate.UNREADABLE));
        bombs.add(new Tampered(png(1, 49_000_000, 16, 6, 1_000), Fate.UNREADABLE));
        bombs.add(new Tampered(png(8, 8, 8, 2, 100_000_000), Fate.EITHER));
        byte[] gif = written(noise(BufferedImage.TYPE_BYTE_INDEXED), "gif", false);
        bombs.add(new Tampered(patched(gif, 6, (short) -1, (short) -1), Fate.READABLE));
        int descriptor = indexOf(gif, (byte) 0x2C, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) SIDE);
        bombs.add(new Tampered(patched(gif, descriptor + 5, (short) -1, (short) -1), Fate.UNREADABLE));
        byte[] jpeg = written(noise(BufferedImage.TYPE_3BYTE_BGR), "jpeg", false);
        int frame = indexOf(jpeg, (byte) 0xFF, (byte) 0xC0, (byte) 0);
        bombs.add(new Tampered(patched(jpeg, frame + 5, (short) -1, (short) -1), Fate.UNREADABLE));
        byte[] bmp = written(noise(BufferedImage.TYPE_3BYTE_BGR), "bmp", false);
        bombs.add(new Tampered(patched(bmp, 18, (short) -1, (short) 0, (short) -1, (short) 0), Fate.UNREADABLE));
        bombs.add(new Tampered(patched(WEBP, 21, (short) -1, (short) -1), Fate.UNREADABLE));
        bombs.add(new Tampered(lossyWebp(7_071, 7_071), Fate.UNREADABLE));
    }

    private static byte[] patched(byte[] original, int at, short... numbers) {
        byte[] file = original.clone();
        ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(at);
        for (short number : numbers) {
            buffer.putShort(number);
        }
        return file;
    }

    private static int indexOf(byte[] file, byte... wanted) {
        for (int at = 0; at + wanted.length <= file.length; at++) {
            if (Arrays.equals(file, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        throw new IllegalStateException("the file has no " + HexFormat.of().formatHex(wanted));
    }

    /** After RFC 6386, section 9.1; with codes of nothing but zeros. */
    private static byte[] lossyWebp(int width, int height) {
        int codes = 1 << 10;
        int tag = (1 << 4) | ((codes / 2) << 5);
        ByteBuffer file = ByteBuffer.allocate(30 + codes).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(22 + codes);
        file.put("WEBPVP8 ".getBytes(StandardCharsets.US_ASCII)).putInt(10 + codes);
        file.putShort((short) tag).put((byte) (tag >> 16));
        file.put((byte) 0x9D).put((byte) 0x01).put((byte) 0x2A);
        return file.putShort((short) width).putShort((short) height).array();
    }

    private static BufferedImage noise(int type) {
        SplittableRandom noise = new SplittableRandom(type);
        BufferedImage image = new BufferedImage(SIDE, SIDE, type);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                image.setRGB(x, y, noise.nextInt());
            }
        }
        return image;
    }

    private static byte[] written(BufferedImage image, String format, boolean progressive) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ImageWriteParam param = writer.getDefaultWriteParam();
        if (progressive) {
            param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        }
        return written(writer, new IIOImage(image, null, null), param);
    }

    private static byte[] written(ImageWriter writer, IIOImage image, ImageWriteParam param) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file)) {
            writer.setOutput(out);
            writer.write(null, image, param);
        } finally {
            writer.dispose();
        }
        return file.toByteArray();
    }

    /** A printer's JPEG, of four inks. */
    private static byte[] inked() throws IOException {
        SplittableRandom noise = new SplittableRandom(4);
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, SIDE, SIDE, 4, null);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                raster.setPixel(x, y, noise.ints(4, 0, 256).toArray());
            }
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        byte[] jpeg = written(writer, new IIOImage(raster, null, null), writer.getDefaultWriteParam());
        return withSegment(jpeg, HexFormat.of().parseHex("ffee000e41646f62650064000000" + "0000"));
    }

    /** A JPEG that says in EXIF that its camera was turned. */
    private static byte[] held(byte[] jpeg) {
        String notes = "457869660000" + "4d4d002a00000008" + "0001" + "0112000300000001" + "00060000" + "00000000";
        return withSegment(jpeg, HexFormat.of().parseHex("ffe10022" + notes));
    }

    private static byte[] withSegment(byte[] jpeg, byte[] segment) {
        return joined(Arrays.copyOf(jpeg, 2), joined(segment, Arrays.copyOfRange(jpeg, 2, jpeg.length)));
    }

    /** A PNG of four colours of sixteen bits each. */
    private static byte[] deepPng() throws IOException {
        byte[] pixels = new byte[SIDE * (1 + 8 * SIDE)];
        SplittableRandom noise = new SplittableRandom(16);
        noise.nextBytes(pixels);
        for (int y = 0; y < SIDE; y++) {
            pixels[y * (1 + 8 * SIDE)] = 0; // Each row as it is.
        }
        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(deflated)) {
            deflater.write(pixels);
        }
        return png(SIDE, SIDE, 16, 6, deflated.toByteArray());
    }

    /** A PNG whose rows are so many zeros, a thousand times fewer as they are packed. */
    private static byte[] png(int width, int height, int depth, int colour, long zeros) throws IOException {
        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(deflated)) {
            byte[] some = new byte[1 << 16];
            for (long left = zeros; left > 0; left -= some.length) {
                deflater.write(some, 0, (int) Math.min(left, some.length));
            }
        }
        return png(width, height, depth, colour, deflated.toByteArray());
    }

    private static byte[] png(int width, int height, int depth, int colour, byte[] deflated) {
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
        header.put((byte) depth).put((byte) colour);
        return joined(
                joined(PNG, chunk("IHDR", header.array())),
                joined(chunk("IDAT", deflated), chunk("IEND", new byte[0])));
    }

    private static byte[] chunk(String name, byte[] content) {
        byte[] named = joined(name.getBytes(StandardCharsets.US_ASCII), content);
        CRC32 crc = new CRC32();
        crc.update(named);
        return ByteBuffer.allocate(named.length + 8)
                .putInt(content.length)
                .put(named)
                .putInt((int) crc.getValue())
                .array();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
