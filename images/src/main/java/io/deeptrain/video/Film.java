package io.deeptrain.video;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;

/** A video whose frames can be decoded, in the order of showing. */
public interface Film {
    Clip clip();

    /** When each frame begins to be shown, in milliseconds, rising from 0. */
    long[] startMillis();

    /**
     * Decodes what the moments show, in their order.
     *
     * @param side each side is decoded to about so many pixels, never to fewer unless the frame has fewer
     */
    void show(List<Moment> moments, int side, Screen screen) throws IOException;

    /** Where decoded frames go. */
    interface Screen {
        /** {@code frame} is upright, in packed RGB. */
        void show(Moment moment, BufferedImage frame) throws IOException;
    }
}
