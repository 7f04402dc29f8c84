package io.deeptrain.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/**
 * The memory for images that their reader decodes in whole, whatever size is wanted: those of WebP, of which a few
 * bytes can ask for a gigabyte. At most half of the heap is lent to them, and who comes when it is lent waits; a
 * process that ran out of memory would end, with all that others do in it.
 */
final class WholeDecoding {
    /** What the reader was seen to take for a pixel is 6 without and 28 with loss. */
    private static final long LOSSLESS_BYTES = 8;

    private static final long LOSSY_BYTES = 32;
    private static final int KIND_AT = 12;
    private static final byte[] LOSSLESS = "VP8L".getBytes(StandardCharsets.US_ASCII);
    private static final int KIBIBYTE = 1 << 10;
    private static final int SHARE = 2;

    private static final int LENT_MAX =
            (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / SHARE / KIBIBYTE);

    /** In kibibytes; fair, or a large image would wait for as long as small ones come. */
    private static final Semaphore FREE = new Semaphore(LENT_MAX, true);

    private WholeDecoding() {}

    private static long bytesPerPixel(byte[] file) {
        boolean lossless = file.length >= KIND_AT + LOSSLESS.length
                && Arrays.equals(file, KIND_AT, KIND_AT + LOSSLESS.length, LOSSLESS, 0, LOSSLESS.length);
        return lossless ? LOSSLESS_BYTES : LOSSY_BYTES;
    }

    /** How many pixels a file of this kind may have to be decoded at all in this process. */
    static long pixelsMax(byte[] file) {
        return (long) LENT_MAX * KIBIBYTE / bytesPerPixel(file);
    }

    /**
     * Waits until there is memory for so many pixels, of which there are no more than may be; closing gives it back.
     */
    static Loan borrow(byte[] file, long pixels) {
        int count = Math.toIntExact(Math.ceilDiv(pixels * bytesPerPixel(file), KIBIBYTE));
        FREE.acquireUninterruptibly(count);
        return () -> FREE.release(count);
    }

    /** Memory that is borrowed. */
    interface Loan extends AutoCloseable {
        /** Nothing was needed. */
        Loan NONE = () -> {};

        @Override
        void close();
    }
}
