package io.deeptrain.worker.training;

import io.deeptrain.worker.attempt.TrainerReport;
import java.util.concurrent.TimeUnit;

/** How many inputs a run has read while it prepares. Said once a second, so that whoever waits sees that it goes on. */
final class InputCount {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TrainingRun run;
    private int count;
    private long saidAtNanos;

    InputCount(TrainingRun run) {
        this.run = run;
        this.saidAtNanos = run.world.clock().nanos();
    }

    void oneMore() {
        count++;
        long now = run.world.clock().nanos();
        if (now - saidAtNanos >= INTERVAL_NANOS) {
            saidAtNanos = now;
            run.reports.accept(new TrainerReport.InputsRead(run.attempt, count));
        }
    }

    int soFar() {
        return count;
    }
}
