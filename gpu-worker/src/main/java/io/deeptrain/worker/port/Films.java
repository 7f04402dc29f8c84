package io.deeptrain.worker.port;

import io.deeptrain.event.Footage;
import io.deeptrain.event.StoredObject;
import io.deeptrain.video.Moment;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;

/** Shows the videos that a training learns from. */
public interface Films {
    /** Where there are no videos. */
    Films NONE = () -> new Screening() {
        @Override
        public Seen show(StoredObject video, Footage footage, int size) {
            throw new IllegalStateException("no videos are shown here: " + video);
        }

        @Override
        public void close() {}
    };

    /** For one training. */
    Screening begin();

    /** Safe for several threads at once, one of which is served at a time. */
    interface Screening extends AutoCloseable {
        /**
         * Fetches and decodes a video.
         *
         * @param size each side of the squares that its frames are scaled to
         * @throws IOException if the store fails, or if no process can be started: that is not the video's fault
         */
        Seen show(StoredObject video, Footage footage, int size) throws IOException;

        /** Shows nothing more; what is being shown ends at once, as if it could not be read. */
        @Override
        void close();
    }

    /** What became of a video. */
    sealed interface Seen {
        /** All frames that were to be looked at. */
        record Frames(List<Frame> frames) implements Seen {
            public Frames {
                frames = List.copyOf(frames);
            }
        }

        /** Not a video that can be used, and why: a sentence for whoever uploaded it. */
        record Unreadable(String reason) implements Seen {}
    }

    /** What a video shows at a moment, squeezed to a square. */
    record Frame(Moment moment, BufferedImage image) {}
}
