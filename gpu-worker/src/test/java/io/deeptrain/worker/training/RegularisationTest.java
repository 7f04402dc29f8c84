package io.deeptrain.worker.training;

import static io.deeptrain.worker.training.TrainingBench.checkpoints;
import static io.deeptrain.worker.training.TrainingBench.losses;
import static io.deeptrain.worker.training.TrainingBench.resumedFrom;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.worker.adapter.runtime.ThreadsAhead;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.CheckpointWritten;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.port.Directions.Direction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings with the recipe of Wightman et al. 2021. */
class RegularisationTest {
    private static final Origin SCRATCH = new Origin.Scratch();
    private static final Map<String, Double> RECIPE =
            Map.of("mixup_alpha", 0.2, "cutmix_alpha", 1.0, "label_smoothing", 0.1, "drop_path_rate", 0.3);

    @TempDir
    Path folder;

    private TrainingBench bench() throws IOException {
        return new TrainingBench(folder)
                .classifier("MMClassification_ResNet_50_RSB_A1")
                .digits(12, Split.TRAIN)
                .digits(2, Split.TEST)
                .set("batch_size", 4L)
                .set("image_size", 32L)
                .set("num_epochs", 1L);
    }

    private TrainingBench without() throws IOException {
        TrainingBench bench = bench();
        RECIPE.keySet().forEach(name -> bench.set(name, 0.0));
        return bench;
    }

    private static Finished finished(List<TrainerReport> reports) {
        assertThat(reports.getLast()).isInstanceOf(Finished.class);
        return (Finished) reports.getLast();
    }

    @Test
    void each_hyperparameter_has_an_effect_of_its_own_and_none_left_is_a_plain_training() throws IOException {
        TrainingBench plain = without();
        double loss = firstLoss(plain);
        assertThat(firstLoss(without())).isEqualTo(loss);
        for (Map.Entry<String, Double> one : RECIPE.entrySet()) {
            assertThat(firstLoss(without().set(one.getKey(), one.getValue())))
                    .as(one.getKey())
                    .isFinite()
                    .isNotEqualTo(loss);
        }
    }

    private static double firstLoss(TrainingBench bench) throws IOException {
        return losses(bench.run(
                        bench.assignment(1, SCRATCH),
                        steps -> steps < 1 ? new Direction.Proceed() : new Direction.StopNow()))
                .getFirst();
    }

    @Test
    void a_training_that_is_resumed_or_whose_batches_are_made_ahead_is_the_same_to_the_last_bit() throws IOException {
        TrainingBench bench = bench();
        List<TrainerReport> uninterrupted = bench.run(bench.assignment(1, SCRATCH));
        List<TrainerReport> first = bench.run(
                bench.assignment(2, SCRATCH),
                steps -> steps < 2 ? new Direction.Proceed() : new Direction.SaveAndStop());
        CheckpointWritten saved = checkpoints(first).getLast();
        assertThat(saved.step()).isEqualTo(2);
        List<TrainerReport> second;
        try (ThreadsAhead threads = new ThreadsAhead(3)) {
            second = bench.with(threads).run(bench.assignment(3, resumedFrom(saved)));
        }
        List<Double> interrupted = new ArrayList<>(losses(first));
        interrupted.addAll(losses(second));
        assertThat(interrupted).hasSize(3).isEqualTo(losses(uninterrupted));
        assertThat(finished(second).model().sha256())
                .isEqualTo(finished(uninterrupted).model().sha256());
    }

    @Test
    void smoothed_labels_are_no_evidence_of_a_concept_that_no_image_shows() throws Exception {
        TrainingBench bench = new TrainingBench(folder)
                .concepts("0", "unseen")
                .digits(12, Split.TRAIN)
                .set("batch_size", 4L)
                .set("num_epochs", 5L)
                .set("per_item_lrate", 0.05)
                .set("logreg", 1L)
                .set("label_smoothing", 0.9);
        Finished finished = finished(bench.run(bench.assignment(1, SCRATCH)));
        float[] bias = bench.archive().model(finished.model()).state().getLast().values();
        assertThat(bias[1]).isBetween(-20.1f, -19.8f);
        assertThat(bias[0]).isBetween(-5f, 5f);
    }
}
