package io.deeptrain.worker.objective;

import io.deeptrain.worker.detection.Box;

/** A reflection of a square image, and of what lies in it. */
public enum Mirror {
    LEFT_RIGHT {
        @Override
        int source(int row, int column, int size) {
            return row * size + size - 1 - column;
        }

        @Override
        Box of(Box box) {
            return new Box(box.top(), 1 - box.right(), box.bottom(), 1 - box.left());
        }
    },
    TOP_BOTTOM {
        @Override
        int source(int row, int column, int size) {
            return (size - 1 - row) * size + column;
        }

        @Override
        Box of(Box box) {
            return new Box(1 - box.bottom(), box.left(), 1 - box.top(), box.right());
        }
    };

    /** Where in a plane the pixel lies that comes to this row and column. */
    abstract int source(int row, int column, int size);

    /** The reflection of a box in fractions of the image's height and width. */
    abstract Box of(Box box);

    /** The reflection of an image in the order colour, row, column. */
    public byte[] of(byte[] image, int size) {
        byte[] mirrored = new byte[image.length];
        for (int plane = 0; plane < image.length; plane += size * size) {
            for (int pixel = 0; pixel < size * size; pixel++) {
                mirrored[plane + pixel] = image[plane + source(pixel / size, pixel % size, size)];
            }
        }
        return mirrored;
    }
}
