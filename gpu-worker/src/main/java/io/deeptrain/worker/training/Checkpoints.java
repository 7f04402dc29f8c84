package io.deeptrain.worker.training;

import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.artifact.BestSoFar;
import io.deeptrain.worker.artifact.SavedTraining;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.evaluation.EpochSample;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.port.Directions.Direction;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The checkpoints of a run: each is saved, observed and reported, and no step is saved twice. */
final class Checkpoints {
    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final TrainingRun run;
    private long savedStep;
    private long savedAtNanos;

    Checkpoints(TrainingRun run) {
        this.run = run;
    }

    /** What a network of an architecture has learned. */
    record Learned(String architecture, Taking state, BestSoFar best, List<EpochSample> samples) {}

    /** The state is taken when it is to be saved. */
    interface Taking {
        LearnerState take() throws IOException;
    }

    /** The run begins after this step, which need not be saved again. */
    void beginAt(long step) {
        savedStep = step;
        savedAtNanos = run.world.clock().nanos();
    }

    /** Whether the newest one is a minute old. */
    boolean isDue() {
        return run.world.clock().nanos() - savedAtNanos >= INTERVAL_NANOS;
    }

    /**
     * Saves what has been learned, unless it was saved after this step before, or nothing is to be kept any more.
     *
     * @param epoch epochs completed
     */
    void saveIfNew(long step, int epoch, Learned learned) throws IOException {
        if (step == savedStep || run.directions.now() instanceof Direction.StopNow) {
            return;
        }
        long takenAtNanos = run.world.clock().nanos();
        long takenAtMillis = run.world.clock().millis();
        StoredObject object = run.world
                .archive()
                .saveCheckpoint(
                        run.attempt,
                        new SavedTraining(
                                run.attempt.jobId(),
                                run.spec.seed(),
                                run.spec.manifest().sha256(),
                                learned.architecture(),
                                step,
                                learned.state().take(),
                                learned.best(),
                                learned.samples()));
        run.world.observations().checkpointWritten(object, run.world.clock().nanos() - takenAtNanos);
        run.reports.accept(new TrainerReport.CheckpointWritten(run.attempt, epoch, step, takenAtMillis, object));
        beginAt(step);
    }
}
