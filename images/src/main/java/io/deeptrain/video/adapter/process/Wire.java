package io.deeptrain.video.adapter.process;

/** What the child says: a byte that tells what follows. */
final class Wire {
    /** Format, width, height, frames, milliseconds. */
    static final int CLIP = 1;

    /** Index, frame, milliseconds, width, height, pixels. */
    static final int FRAME = 2;

    /** Nothing follows. */
    static final int END = 3;

    /** Why nothing can be shown. */
    static final int UNREADABLE = 4;

    private Wire() {}
}
