package io.deeptrain.cli.images;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import javax.imageio.ImageIO;

/** Reads a pair of IDX files, grey images and their labels, as MNIST and Fashion-MNIST are published: gzipped. */
final class IdxFiles {
    private static final int IMAGES_MAGIC = 0x803;
    private static final int LABELS_MAGIC = 0x801;
    private static final int SIDE_MAX = 1_024;
    private static final int IMAGES_MAX = 1_000_000;
    private static final long PIXELS_MAX = 512L * 1_024 * 1_024;
    private static final String DOWNLOAD_AGAIN =
            "Fetch it again from where it came from; an IDX file is gzipped and its numbers are big-endian.";

    /** Opens a file by its name and says where it lies. */
    interface Source {
        String place();

        InputStream open() throws IOException;
    }

    private IdxFiles() {}

    /** @param prefix of the images' names, as in {@code test} */
    static List<LabelledImage> read(Source imagesSource, Source labelsSource, String prefix, List<String> classNames)
            throws UnreadableImagesException {
        byte[] labels = labels(labelsSource);
        return images(imagesSource, labelsSource, labels, prefix, classNames);
    }

    private static byte[] labels(Source source) throws UnreadableImagesException {
        try (DataInputStream in = unzipped(source)) {
            requireMagic(source, in.readInt(), LABELS_MAGIC, "labels");
            int count = within(source, "number of labels", in.readInt(), IMAGES_MAX);
            byte[] labels = in.readNBytes(count);
            if (labels.length < count) {
                throw truncated(source, "label", labels.length, count);
            }
            return labels;
        } catch (UnreadableImagesException e) {
            throw e;
        } catch (IOException e) {
            throw unreadable(source, e);
        }
    }

    private static List<LabelledImage> images(
            Source source, Source labelsSource, byte[] labels, String prefix, List<String> classNames)
            throws UnreadableImagesException {
        try (DataInputStream in = unzipped(source)) {
            requireMagic(source, in.readInt(), IMAGES_MAGIC, "images");
            int count = within(source, "number of images", in.readInt(), IMAGES_MAX);
            int height = within(source, "height", in.readInt(), SIDE_MAX);
            int width = within(source, "width", in.readInt(), SIDE_MAX);
            if (count != labels.length) {
                throw new UnreadableImagesException(
                        source.place(),
                        "holds %,d images, but %s holds %,d labels"
                                .formatted(count, labelsSource.place(), labels.length),
                        "Put the images and the labels of the same set side by side.");
            }
            if ((long) count * height * width > PIXELS_MAX) {
                throw new UnreadableImagesException(
                        source.place(),
                        "holds %,d images of %d x %d pixels, more than %,d pixels in all"
                                .formatted(count, width, height, PIXELS_MAX),
                        "Split it into smaller files.");
            }
            List<LabelledImage> images = new ArrayList<>(count);
            for (int index = 0; index < count; index++) {
                byte[] pixels = in.readNBytes(height * width);
                if (pixels.length < height * width) {
                    throw truncated(source, "image", index, count);
                }
                int label = Byte.toUnsignedInt(labels[index]);
                images.add(new LabelledImage(
                        "%s-%05d".formatted(prefix, index),
                        label < classNames.size() ? classNames.get(label) : Integer.toString(label),
                        () -> png(pixels, width, height)));
            }
            return images;
        } catch (UnreadableImagesException e) {
            throw e;
        } catch (IOException e) {
            throw unreadable(source, e);
        }
    }

    private static DataInputStream unzipped(Source source) throws IOException {
        return new DataInputStream(new GZIPInputStream(source.open(), 1 << 16));
    }

    private static void requireMagic(Source source, int magic, int expected, String what)
            throws UnreadableImagesException {
        if (magic != expected) {
            throw new UnreadableImagesException(
                    source.place(),
                    "begins with 0x%x, but an IDX file of %s begins with 0x%x".formatted(magic, what, expected),
                    DOWNLOAD_AGAIN);
        }
    }

    private static int within(Source source, String what, int value, int max) throws UnreadableImagesException {
        if (value < 1 || value > max) {
            throw new UnreadableImagesException(
                    source.place(), "has a %s of %,d, outside 1 to %,d".formatted(what, value, max), DOWNLOAD_AGAIN);
        }
        return value;
    }

    private static UnreadableImagesException truncated(Source source, String what, int got, int count) {
        return new UnreadableImagesException(
                source.place(),
                "ends after %s %,d of the %,d that it announces".formatted(what, got, count),
                DOWNLOAD_AGAIN);
    }

    private static UnreadableImagesException unreadable(Source source, IOException cause) {
        String problem = switch (cause) {
            case ZipException zip -> "is not gzipped, or damaged (%s)".formatted(zip.getMessage());
            case EOFException _ -> "ends too early";
            default -> "cannot be read (%s)".formatted(cause.getMessage());
        };
        return new UnreadableImagesException(source.place(), problem, DOWNLOAD_AGAIN, cause);
    }

    private static byte[] png(byte[] pixels, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        System.arraycopy(pixels, 0, ((DataBufferByte) image.getRaster().getDataBuffer()).getData(), 0, pixels.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, "png", out)) {
                throw new IllegalStateException("this Java has no PNG encoder");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteArray();
    }
}
