package io.deeptrain.worker.port;

import io.deeptrain.event.StoredObject;

/** What an operator may want to see on a dashboard. */
public interface Observations {
    /** Sees nothing. */
    Observations NONE = new Observations() {
        @Override
        public void began() {}

        @Override
        public void ended() {}

        @Override
        public void stepped(int images, long inputWaitNanos, long stepNanos) {}

        @Override
        public void checkpointWritten(StoredObject checkpoint, long writeNanos) {}
    };

    /** A training begins to learn; what it loses if it is killed counts from here, or from its checkpoints. */
    void began();

    /** It learns no more. */
    void ended();

    /** {@code stepNanos} contains {@code inputWaitNanos}. */
    void stepped(int images, long inputWaitNanos, long stepNanos);

    void checkpointWritten(StoredObject checkpoint, long writeNanos);
}
