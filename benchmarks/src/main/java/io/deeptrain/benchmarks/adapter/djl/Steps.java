package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.port.Observations;

/** Counts what the steps of one run went through, and when. */
final class Steps implements Observations {
    private static final double NANOS_PER_SECOND = 1e9;

    private long images;
    private long firstBeginNanos;
    private long lastEndNanos;

    /** Images a second, from the beginning of the first step to the end of the last. */
    double perSecond() {
        return images * NANOS_PER_SECOND / (lastEndNanos - firstBeginNanos);
    }

    @Override
    public void began() {}

    @Override
    public void ended() {}

    @Override
    public void stepped(int imagesOfStep, long inputWaitNanos, long stepNanos) {
        lastEndNanos = System.nanoTime();
        if (images == 0) {
            firstBeginNanos = lastEndNanos - stepNanos;
        }
        images += imagesOfStep;
    }

    @Override
    public void checkpointWritten(StoredObject checkpoint, long writeNanos) {}
}
