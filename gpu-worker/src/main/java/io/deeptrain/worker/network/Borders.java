package io.deeptrain.worker.network;

/** What the Inception networks do at the border of a map in the layers that their papers do not pad. */
enum Borders {
    /** Maps shrink there, as published. Needs images of {@link #PUBLISHED_MIN} pixels. */
    CUT(""),
    /** All layers are padded: a map never shrinks but by a stride, and images of any size do. */
    KEPT("-padded");

    /** The smallest image that leaves the last modules one pixel to see. */
    static final int PUBLISHED_MIN = 75;

    private final String suffix;

    Borders(String suffix) {
        this.suffix = suffix;
    }

    /** As published wherever that is possible. */
    static Borders of(int imageSize) {
        return imageSize < PUBLISHED_MIN ? KEPT : CUT;
    }

    /** The name of an architecture with these borders. */
    String architecture(String name) {
        return name + suffix;
    }

    /** A square window of a layer that the paper does not pad. */
    Window unpadded(int size, int stride) {
        return switch (this) {
            case CUT -> Window.square(size, stride, 0);
            case KEPT -> Window.padded(size, size, stride);
        };
    }
}
