package io.deeptrain.worker.prediction;

import io.deeptrain.video.Moment;
import java.util.List;

/** What became of one image or video. */
public sealed interface Prediction {
    /** The same; of concepts of an image as a whole no more than so many, the most likely. */
    default Prediction withAtMost(int conceptsMax) {
        return this instanceof Seen(List<Scored> concepts) && concepts.size() > conceptsMax
                ? new Seen(concepts.subList(0, conceptsMax))
                : this;
    }

    /** How much the model sees of a concept: between 0 and 1. */
    record Scored(String concept, float value) {}

    /** The concepts, the most likely first. */
    record Seen(List<Scored> concepts) implements Prediction {
        public Seen {
            concepts = List.copyOf(concepts);
        }
    }

    /**
     * A rectangle and what it encloses.
     *
     * @param top upper edge, as a fraction of the image's height
     * @param left left edge, as a fraction of its width
     * @param bottom lower edge
     * @param right right edge
     */
    record Region(Scored scored, float top, float left, float bottom, float right) {}

    /** Where the model sees something, the most likely first. */
    record Detected(List<Region> regions) implements Prediction {
        public Detected {
            regions = List.copyOf(regions);
        }
    }

    /** The image's place among others: a vector of length 1, so that a dot product is the cosine of an angle. */
    record Embedded(List<Float> vector) implements Prediction {
        public Embedded {
            vector = List.copyOf(vector);
        }
    }

    /** What was seen in one moment of a video. */
    record Frame(Moment moment, Prediction seen) {}

    /** What was seen in a video, moment by moment. */
    record Filmed(List<Frame> frames) implements Prediction {
        public Filmed {
            frames = List.copyOf(frames);
        }
    }

    /** It cannot be used, and why. */
    record Unusable(String reason) implements Prediction {}
}
