package io.deeptrain.scheduler.engine;

import io.deeptrain.event.AssignmentEvent;

/** Something that a worker was told and has perhaps not heard. */
final class Message {
    private final AssignmentEvent event;
    private boolean settled;

    Message(AssignmentEvent event) {
        this.event = event;
    }

    AssignmentEvent event() {
        return event;
    }

    /** It was heard, or it no longer matters. */
    boolean isSettled() {
        return settled;
    }

    void settle() {
        settled = true;
    }
}
