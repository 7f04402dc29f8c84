package io.deeptrain.worker.port;

import java.nio.ByteBuffer;

/** Where the ranks of a gang add up what each has learned. Belongs to one thread at a time. */
public interface GradientExchange extends AutoCloseable {
    /** Of a training on one device: what it has learned is the sum. */
    GradientExchange NONE = new GradientExchange() {
        @Override
        public int ranks() {
            return 1;
        }

        @Override
        public void sum(ByteBuffer values) {}

        @Override
        public void close() {}
    };

    /** How many add up, this one included. */
    int ranks();

    /**
     * Replaces the values by their sums over all ranks, which are the same on each, bit for bit. Each rank calls it as
     * often as the others, with as many values.
     *
     * @param values 32-bit floating-point numbers in the machine's byte order, from the first byte of the capacity to
     *     the last
     * @throws RankLostException on every rank, if one of them is lost; there is no other exchange after that
     */
    void sum(ByteBuffer values);

    @Override
    void close();
}
