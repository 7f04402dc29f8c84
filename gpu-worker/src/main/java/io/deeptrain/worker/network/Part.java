package io.deeptrain.worker.network;

/** Where in a network a layer lies: what is learned slowly, frozen or imported is chosen by it. */
public sealed interface Part {

    /**
     * The layers that turn an image into features.
     *
     * @param stage 0 for the stem, then growing with depth; what a stage is, the architecture says
     */
    record Backbone(int stage) implements Part {
        public Backbone {
            if (stage < 0) {
                throw new IllegalArgumentException("stage must not be negative: " + stage);
            }
        }
    }

    /** The layers that answer the question of this training; no weights trained before fit them. */
    record Head() implements Part {}
}
