package io.deeptrain.worker.port;

import io.deeptrain.event.StoredObject;

/** What an operator may want to see on a dashboard. */
public interface Observations {
    /** Sees nothing. */
    Observations NONE = new Observations() {
        @Override
        public void stepped(int images, long inputWaitNanos, long stepNanos) {}

        @Override
        public void checkpointWritten(StoredObject checkpoint, long writeNanos) {}
    };

    /** {@code stepNanos} contains {@code inputWaitNanos}. */
    void stepped(int images, long inputWaitNanos, long stepNanos);

    void checkpointWritten(StoredObject checkpoint, long writeNanos);
}
