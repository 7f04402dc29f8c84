package io.deeptrain.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.metadata.IIOMetadataFormatImpl;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.w3c.dom.Element;

/**
 * Decodes one uploaded image. The header is read first, because a few kilobytes can claim to be gigabytes of pixels.
 * What cannot be decoded in whole is refused: a model must not learn from half an image.
 */
public final class ImageFile {
    public static final long PIXELS_MAX = 50_000_000;

    /** Readers keep a few rows; JPEG and GIF cannot have longer ones. */
    public static final int SIDE_MAX = 65_535;

    /** What is read, as a user would say it. */
    public static final String FORMATS = "JPEG, PNG, GIF, BMP and WebP";

    private static final String BMP = "bmp";
    private static final String WEBP = "webp";
    private static final Set<String> FORMAT_NAMES = Set.of("jpeg", "png", "gif", BMP, WEBP);

    /**
     * In the order in which they are asked: the plug-in for JPEG, which knows more, is before the platform's reader.
     */
    private static final List<ImageReaderSpi> READERS = readers();

    /** What became of the bytes. */
    public sealed interface Reading {
        /**
         * The image upright, in packed RGB; of the whole image's size or smaller.
         *
         * @param width of the whole image, in pixels
         * @param height of the whole image, in pixels
         */
        record Image(BufferedImage pixels, int width, int height) implements Reading {}

        /** Not an image that can be used, and why: a sentence for whoever uploaded it. */
        record Unreadable(String reason) implements Reading {}
    }

    private ImageFile() {}

    private static List<ImageReaderSpi> readers() {
        // Without this every image goes through a temporary file.
        ImageIO.setUseCache(false);
        IIORegistry registry = IIORegistry.getDefaultInstance();
        // The platform looks for plug-ins beside whoever asks first, which in a server may be anybody.
        ServiceLoader.load(ImageReaderSpi.class, ImageFile.class.getClassLoader())
                .forEach(registry::registerServiceProvider);
        List<ImageReaderSpi> readers = new ArrayList<>();
        registry.getServiceProviders(ImageReaderSpi.class, ImageFile::isWanted, true)
                .forEachRemaining(readers::add);
        return List.copyOf(readers);
    }

    private static boolean isWanted(Object reader) {
        return FORMAT_NAMES.stream().anyMatch(name -> isNamed((ImageReaderSpi) reader, name));
    }

    private static boolean isNamed(ImageReaderSpi format, String name) {
        return Stream.of(format.getFormatNames()).anyMatch(name::equalsIgnoreCase);
    }

    /**
     * Reads the first image of a file.
     *
     * @param side each side is decoded to about so many pixels, never to fewer unless the image has fewer; a caller
     *     that scales down anyway saves the rest
     */
    public static Reading read(byte[] file, int side) {
        try (Bytes input = new Bytes(file)) {
            for (ImageReaderSpi candidate : READERS) {
                if (isReadBy(candidate, input)) {
                    return read(candidate, input, file, side);
                }
            }
            return new Reading.Unreadable("the bytes are not an image; %s are read".formatted(FORMATS));
        } catch (IOException | RuntimeException | OutOfMemoryError damaged) {
            // The readers answer damaged files with whatever they run into.
            return damaged(inWords(damaged));
        }
    }

    /** Some readers run into the end, or into anything else, without a word. */
    private static String inWords(Throwable failure) {
        if (failure instanceof EOFException) {
            return End.WORDS;
        }
        String message = Objects.requireNonNullElse(failure.getMessage(), "").strip();
        return message.isEmpty() || message.endsWith(":") || message.equals("null") ? "it cannot be decoded" : message;
    }

    private static boolean isReadBy(ImageReaderSpi format, ImageInputStream input) {
        try {
            return format.canDecodeInput(input);
        } catch (IOException tooShort) {
            return false;
        }
    }

    private static Reading damaged(String how) {
        return new Reading.Unreadable("the image is damaged: " + how);
    }

    private static Reading read(ImageReaderSpi format, Bytes input, byte[] file, int side) throws IOException {
        ImageReader reader = format.createReaderInstance();
        try {
            Shortfall shortfall = new Shortfall();
            reader.addIIOReadWarningListener(shortfall);
            reader.setInput(input, true, false);
            int columns = reader.getWidth(0);
            int rows = reader.getHeight(0);
            long pixels = (long) columns * rows;
            boolean isWhole = isNamed(format, WEBP);
            Optional<String> problem = problem(columns, rows, isWhole ? WholeDecoding.pixelsMax(file) : pixels);
            if (problem.isPresent()) {
                return new Reading.Unreadable(problem.get());
            }
            ImageReadParam param = reader.getDefaultReadParam();
            param.setSourceSubsampling(step(columns, side), step(rows, side), 0, 0);
            BufferedImage stored;
            try (var _ = isWhole ? WholeDecoding.borrow(file, pixels) : WholeDecoding.Loan.NONE) {
                stored = reader.read(0, param);
            }
            // The reader of BMP says nothing; others may look ahead.
            if (shortfall.seen || (input.endPassed && isNamed(format, BMP))) {
                return damaged("it ends before its last row");
            }
            Orientation orientation = orientation(reader);
            return new Reading.Image(
                    orientation.upright(Colours.rgb(stored)),
                    orientation.widthOf(columns, rows),
                    orientation.heightOf(columns, rows));
        } finally {
            reader.dispose();
        }
    }

    /**
     * Why an image of this size is not decoded; nothing if it is.
     *
     * @param fitting how many pixels there is memory for
     */
    private static Optional<String> problem(int columns, int rows, long fitting) {
        if ((long) columns * rows > PIXELS_MAX) {
            return Optional.of(
                    "the image has %d x %d pixels but must have at most %d".formatted(columns, rows, PIXELS_MAX));
        }
        if (Math.max(columns, rows) > SIDE_MAX) {
            return Optional.of(
                    "the image has %d x %d pixels but must have at most %d a side".formatted(columns, rows, SIDE_MAX));
        }
        return (long) columns * rows <= fitting
                ? Optional.empty()
                : Optional.of("the image has %d x %d pixels but must have at most %d to be decoded here as WebP"
                        .formatted(columns, rows, fitting));
    }

    /** By axis, or an image of a few pixels by millions would be decoded in whole. */
    private static int step(int pixels, int side) {
        return Math.max(1, pixels / side);
    }

    /** An image whose notes about itself are damaged is an image still. */
    private static Orientation orientation(ImageReader reader) {
        try {
            Element notes =
                    (Element) reader.getImageMetadata(0).getAsTree(IIOMetadataFormatImpl.standardMetadataFormatName);
            Element found =
                    (Element) notes.getElementsByTagName("ImageOrientation").item(0);
            return found == null ? Orientation.UPRIGHT : Orientation.named(found.getAttribute("value"));
        } catch (IOException | RuntimeException damaged) {
            return Orientation.UPRIGHT;
        }
    }

    /**
     * The bytes, and whether a reader wanted more of them. Some readers take what is missing for zeros, pixel by pixel,
     * and a damaged header asks for millions: the end is told without the cost of a stack trace.
     */
    private static final class Bytes extends MemoryCacheImageInputStream {
        private boolean endPassed;

        Bytes(byte[] file) {
            super(new ByteArrayInputStream(file));
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            endPassed |= one < 0;
            return one;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            endPassed |= count < length;
            return count;
        }

        @Override
        public byte readByte() throws IOException {
            int one = read();
            if (one < 0) {
                throw new End();
            }
            return (byte) one;
        }
    }

    private static final class End extends EOFException {
        private static final long serialVersionUID = 1L;
        private static final String WORDS = "it ends too early";

        End() {
            super(WORDS);
        }

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }

    /** Hears the JPEG reader say that it made up the rest of the image. */
    private static final class Shortfall implements IIOReadWarningListener {
        private boolean seen;

        @Override
        public void warningOccurred(ImageReader source, String warning) {
            String lower = warning.toLowerCase(Locale.ROOT);
            seen |= lower.contains("premature end") || lower.contains("truncated");
        }
    }
}
