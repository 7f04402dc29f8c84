package io.deeptrain.worker.training;

import static io.deeptrain.worker.training.KilledTraining.STEPS_PER_EPOCH;
import static io.deeptrain.worker.training.TrainingBench.checkpoints;
import static io.deeptrain.worker.training.TrainingBench.losses;
import static io.deeptrain.worker.training.TrainingBench.resumedFrom;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Fault;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.process.ProcessGangs;
import io.deeptrain.worker.artifact.SavedTraining;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.CheckpointWritten;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.LossScale;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.port.Learners;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trainings with float16 numbers, whose losses are scaled. */
@Timeout(300)
class HalvesTrainingTest {
    private static final Origin SCRATCH = new Origin.Scratch();
    private static final int DIGITS = 200;
    private static final int BATCH = 8;
    private static final long EPOCHS = 3;

    @TempDir
    Path folder;

    private static Learners halves() {
        return new DjlLearners(1, Precision.FP16);
    }

    private static List<TrainerReport> learnedDigits(Path place, Learners learners) throws IOException {
        TrainingBench bench = new TrainingBench(place)
                .digits(DIGITS, Split.TRAIN)
                .digits(DIGITS / 4, Split.TEST)
                .set("batch_size", (long) BATCH)
                .set("num_epochs", EPOCHS)
                .on(learners);
        List<TrainerReport> reports = bench.run(bench.assignment(1, SCRATCH));
        assertThat(reports.getLast()).isInstanceOf(Finished.class);
        return reports;
    }

    @Test
    void digits_are_learned_with_halves_as_well_as_in_32_bits(@TempDir Path other) throws IOException {
        List<TrainerReport> exact = learnedDigits(folder, new DjlLearners(1));
        List<TrainerReport> half = learnedDigits(other, halves());
        assertThat(lastEpoch(half)).isNotEqualTo(lastEpoch(exact)).isLessThan(1.3 * lastEpoch(exact));
        double accuracy = accuracy(exact);
        assertThat(accuracy).isGreaterThan(0.35);
        assertThat(accuracy(half)).isGreaterThan(accuracy - 0.2);
    }

    private static double lastEpoch(List<TrainerReport> reports) {
        List<Double> losses = losses(reports);
        return losses.subList(losses.size() - DIGITS / BATCH, losses.size()).stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
    }

    private static double accuracy(List<TrainerReport> reports) {
        return ((Finished) reports.getLast()).metrics().getOrDefault("test_accuracy", 0.0);
    }

    /** Saved after its second step, with a scale that overflows in the third. */
    @Test
    void a_training_that_is_resumed_is_the_same_to_the_last_bit_also_where_a_step_is_skipped() throws IOException {
        resumesExactly(KilledTraining.bench(new TrainingBench(folder)).on(halves()));
    }

    @Test
    void two_ranks_that_skip_a_step_and_are_resumed_are_the_same_to_the_last_bit() throws IOException {
        resumesExactly(KilledTraining.bench(new TrainingBench(folder))
                .on(halves())
                .on(2, new ProcessGangs(halves(), 1, Precision.FP16, List.of())));
    }

    private static void resumesExactly(TrainingBench bench) throws IOException {
        CheckpointWritten begun = checkpoints(bench.run(bench.assignment(1, SCRATCH), stopAfter(2)))
                .getLast();
        Origin tooLarge =
                scaledBy(bench, begun, saved(bench, begun), new LossScale(LossScale.START.factor() * 256, 7, 0));

        List<TrainerReport> uninterrupted = bench.run(bench.assignment(2, tooLarge));
        List<TrainerReport> first = bench.run(bench.assignment(3, tooLarge), stopAfter(STEPS_PER_EPOCH));
        CheckpointWritten saved = checkpoints(first).getLast();
        List<TrainerReport> second = bench.run(bench.assignment(4, resumedFrom(saved)));

        LossScale scale = saved(bench, saved).state().lossScale();
        assertThat(scale.skippedSteps()).isPositive();
        List<Double> interrupted = new ArrayList<>(losses(first));
        interrupted.addAll(losses(second));
        assertThat(interrupted).isEqualTo(losses(uninterrupted));
        assertThat(((Finished) second.getLast()).model().sha256())
                .isEqualTo(((Finished) uninterrupted.getLast()).model().sha256());
    }

    @Test
    void a_checkpoint_that_has_skipped_more_steps_than_were_made_is_as_good_as_none() throws IOException {
        TrainingBench bench = KilledTraining.bench(new TrainingBench(folder));
        CheckpointWritten begun = checkpoints(bench.run(bench.assignment(1, SCRATCH), stopAfter(2)))
                .getLast();
        SavedTraining saved = saved(bench, begun);
        Origin possible = scaledBy(bench, begun, saved, new LossScale(1, 0, 2));
        assertThat(TrainingBench.origin(bench.run(bench.assignment(2, possible))))
                .isEqualTo(possible);
        Origin impossible = scaledBy(bench, begun, saved, new LossScale(1, 0, 3));
        assertThat(TrainingBench.origin(bench.run(bench.assignment(3, impossible))))
                .isEqualTo(SCRATCH);
    }

    private static Function<Integer, Direction> stopAfter(int count) {
        return steps -> steps < count ? new Direction.Proceed() : new Direction.SaveAndStop();
    }

    /** Where a training begins that has come as far with another scale. */
    private static Origin scaledBy(TrainingBench bench, CheckpointWritten written, SavedTraining saved, LossScale scale)
            throws IOException {
        SavedTraining scaled = new SavedTraining(
                saved.jobId(),
                saved.seed(),
                saved.manifestSha256(),
                saved.architecture(),
                saved.step(),
                new LearnerState(saved.state().network(), saved.state().optimizer(), scale),
                saved.best(),
                saved.samples());
        return new Origin.Resumed(new Checkpoint(
                written.attempt().token(),
                1,
                written.epoch(),
                written.step(),
                0,
                bench.archive().saveCheckpoint(written.attempt(), scaled)));
    }

    private static SavedTraining saved(TrainingBench bench, CheckpointWritten written) throws IOException {
        try {
            return bench.archive().checkpoint(written.object());
        } catch (CorruptObjectException impossible) {
            throw new AssertionError("it was just written", impossible);
        }
    }

    @Test
    void a_learning_rate_that_blows_the_weights_up_is_the_tenants_failure() throws IOException {
        TrainingBench bench = KilledTraining.bench(new TrainingBench(folder))
                .set("per_item_lrate", 1e30)
                .on(halves());
        Failed failed = (Failed) bench.run(bench.assignment(1, SCRATCH)).getLast();
        assertThat(failed.fault()).isEqualTo(Fault.USER);
        assertThat(failed.code()).isEqualTo("LOSS_NOT_FINITE");
    }
}
