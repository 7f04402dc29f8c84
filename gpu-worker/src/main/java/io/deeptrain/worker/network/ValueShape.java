package io.deeptrain.worker.network;

/** What a value holds for one image. */
public sealed interface ValueShape {
    /** How many numbers. */
    long size();

    /** A number for each channel and pixel. */
    record Maps(int channels, int rows, int columns) implements ValueShape {
        @Override
        public long size() {
            return (long) channels * rows * columns;
        }
    }

    /** A list of numbers. */
    record Features(int count) implements ValueShape {
        @Override
        public long size() {
            return count;
        }
    }
}
