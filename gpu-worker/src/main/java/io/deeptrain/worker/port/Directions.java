package io.deeptrain.worker.port;

import io.deeptrain.event.Completion;

/** What a training is told while it runs; asked for after every batch. */
public interface Directions {
    /** What to do next. */
    sealed interface Direction {
        /** Prepared, but not yet told to begin. */
        record Wait() implements Direction {}

        record Proceed() implements Direction {}

        record FinishEarly(Completion completion) implements Direction {}

        record SaveAndStop() implements Direction {}

        record StopNow() implements Direction {}
    }

    Direction now();

    /** Blocks while the direction is {@link Direction.Wait}. */
    Direction awaitBegin() throws InterruptedException;
}
