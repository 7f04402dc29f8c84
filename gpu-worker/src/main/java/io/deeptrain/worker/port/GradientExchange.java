package io.deeptrain.worker.port;

import java.lang.foreign.MemorySegment;

/** Where the ranks of a gang add up what each has learned. Belongs to one thread at a time. */
public interface GradientExchange extends AutoCloseable {
    /** Of a training on one device: what it has learned is the sum. */
    GradientExchange NONE = new GradientExchange() {
        @Override
        public int ranks() {
            return 1;
        }

        @Override
        public void sum(MemorySegment values) {}

        @Override
        public void close() {}
    };

    /** How many add up, this one included. */
    int ranks();

    /** Whether the values must lie where the device has them; else they must lie in main memory. */
    default boolean isOnDevice() {
        return false;
    }

    /**
     * Replaces the values by their sums over all ranks, which are the same on each, bit for bit. Each rank calls it as
     * often as the others, with as many values. It returns when the sums are there.
     *
     * @param values 32-bit floating-point numbers in the machine's byte order
     * @throws RankLostException on every rank, if one of them is lost; there is no other exchange after that
     */
    void sum(MemorySegment values);

    /** Refuses what ends within a number. */
    static void requireWholeNumber(MemorySegment values) {
        if (values.byteSize() % Float.BYTES != 0) {
            throw new IllegalArgumentException("not a whole number of values: %d bytes".formatted(values.byteSize()));
        }
    }

    @Override
    void close();
}
