package io.deeptrain.worker.port;

import io.deeptrain.event.Completion;

/** What a training is told while it prepares and runs; asked for after every image and every batch. */
public interface Directions {
    /** What to do next. */
    sealed interface Direction {
        /** Prepares, or is prepared and not yet told to begin. */
        record Wait() implements Direction {}

        record Proceed() implements Direction {}

        /** Who prepares is told this too: no more is needed than makes a model. It begins when it is told to. */
        record FinishEarly(Completion completion) implements Direction {}

        record SaveAndStop() implements Direction {}

        record StopNow() implements Direction {}
    }

    Direction now();

    /** Blocks until the training is told to begin, or to stop. */
    Direction awaitBegin() throws InterruptedException;
}
