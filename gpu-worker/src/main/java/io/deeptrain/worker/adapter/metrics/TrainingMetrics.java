package io.deeptrain.worker.adapter.metrics;

import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.port.Observations;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Observations as Prometheus metrics. */
public final class TrainingMetrics implements Observations {
    /** Weight of the newest step in the share of time spent waiting for images. */
    private static final double SMOOTHING = 0.05;

    private final Counter images;
    private final Timer steps;
    private final Timer checkpointWrites;
    private final DistributionSummary checkpointBytes;
    private volatile double inputWaitRatio;
    private volatile OptionalLong safeSinceNanos = OptionalLong.empty();

    public TrainingMetrics(MeterRegistry registry) {
        images = Counter.builder("deeptrain.images.processed")
                .description("Images learned from.")
                .register(registry);
        steps = Timer.builder("deeptrain.step")
                .description("Time for one batch, its loading included.")
                .publishPercentileHistogram()
                .register(registry);
        checkpointWrites = Timer.builder("deeptrain.checkpoint.write")
                .description("Time to copy and store a checkpoint.")
                .register(registry);
        checkpointBytes = DistributionSummary.builder("deeptrain.checkpoint.write.bytes")
                .description("Size of a checkpoint.")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("deeptrain.input.wait.ratio", () -> inputWaitRatio)
                .description("Share of the step time spent waiting for images.")
                .register(registry);
        Gauge.builder("deeptrain.checkpoint.age", this::checkpointAgeSeconds)
                .description("What a kill would lose now; 0 while nothing is trained.")
                .baseUnit("seconds")
                .register(registry);
    }

    private double checkpointAgeSeconds() {
        OptionalLong since = safeSinceNanos;
        return since.isPresent() ? (System.nanoTime() - since.getAsLong()) / 1e9 : 0;
    }

    @Override
    public void began() {
        safeSinceNanos = OptionalLong.of(System.nanoTime());
    }

    @Override
    public void ended() {
        safeSinceNanos = OptionalLong.empty();
    }

    @Override
    public void stepped(int count, long inputWaitNanos, long stepNanos) {
        images.increment(count);
        steps.record(stepNanos, TimeUnit.NANOSECONDS);
        double newest = stepNanos == 0 ? 0 : (double) inputWaitNanos / stepNanos;
        double before = inputWaitRatio;
        inputWaitRatio = (1 - SMOOTHING) * before + SMOOTHING * newest;
    }

    @Override
    public void checkpointWritten(StoredObject checkpoint, long writeNanos) {
        checkpointWrites.record(writeNanos, TimeUnit.NANOSECONDS);
        safeSinceNanos = OptionalLong.of(System.nanoTime() - writeNanos);
        checkpointBytes.record((double) checkpoint.sizeBytes());
    }
}
