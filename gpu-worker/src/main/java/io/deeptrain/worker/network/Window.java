package io.deeptrain.worker.network;

/**
 * What a convolution or a pooling sees at a time, and how it moves, in pixels.
 *
 * @param rows height of the kernel
 * @param columns width of the kernel
 * @param stride from one position to the next, in both directions
 * @param rowPadding pixels added above, and as many below
 * @param columnPadding pixels added on the left, and as many on the right
 * @param dilation distance between neighbours in the kernel; 1 if they touch
 */
public record Window(int rows, int columns, int stride, int rowPadding, int columnPadding, int dilation) {
    public Window {
        if (rows < 1 || columns < 1 || stride < 1 || dilation < 1 || rowPadding < 0 || columnPadding < 0) {
            throw new IllegalArgumentException(
                    "kernel, stride and dilation must be at least 1, padding at least 0: %d x %d, stride %d, padding %d x %d, dilation %d"
                            .formatted(rows, columns, stride, rowPadding, columnPadding, dilation));
        }
    }

    public static Window square(int size, int stride, int padding) {
        return new Window(size, size, stride, padding, padding, 1);
    }

    /** Of odd sizes, with as much padding as keeps the size of a map when the stride is 1. */
    public static Window padded(int rows, int columns, int stride) {
        return new Window(rows, columns, stride, rows / 2, columns / 2, 1);
    }

    int outRows(int inRows, Rounding rounding) {
        return rounding.positions(inRows, rows, stride, rowPadding, dilation);
    }

    int outColumns(int inColumns, Rounding rounding) {
        return rounding.positions(inColumns, columns, stride, columnPadding, dilation);
    }

    /** What becomes of pixels at the far edge that do not fill a whole stride. */
    public enum Rounding {
        /** They are left out. */
        DOWN,
        /** One more position sees them, and nothing beyond the edge. As Caffe pools. */
        UP;

        /** Zero or less if the kernel does not fit in. */
        int positions(int in, int kernel, int stride, int padding, int dilation) {
            int room = in + 2 * padding - dilation * (kernel - 1) - 1;
            if (this == DOWN || room < 0) {
                return Math.floorDiv(room, stride) + 1;
            }
            int positions = Math.ceilDiv(room, stride) + 1;
            // The last position must begin in the map or in the padding before it.
            return (positions - 1) * stride >= in + padding ? positions - 1 : positions;
        }
    }
}
