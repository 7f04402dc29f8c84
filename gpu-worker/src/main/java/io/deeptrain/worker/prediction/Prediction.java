package io.deeptrain.worker.prediction;

import java.util.List;

/** What became of one image. */
public sealed interface Prediction {
    /** How much the model sees of a concept: between 0 and 1. */
    record Scored(String concept, float value) {}

    /** The concepts, the most likely first. */
    record Seen(List<Scored> concepts) implements Prediction {
        public Seen {
            concepts = List.copyOf(concepts);
        }
    }

    /** The image cannot be used, and why. */
    record Unusable(String reason) implements Prediction {}
}
