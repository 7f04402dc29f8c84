package io.deeptrain.worker.training;

import static io.deeptrain.worker.training.TrainingBench.checkpoints;
import static io.deeptrain.worker.training.TrainingBench.losses;
import static io.deeptrain.worker.training.TrainingBench.resumedFrom;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.process.ProcessGangs;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.CheckpointWritten;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.port.Directions.Direction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Detectors and embedders that two processes learn, interrupted and not. */
@Timeout(300)
class GangOfTemplatesTest {
    private static TrainingBench onTwo(TrainingBench bench) {
        return bench.on(2, new ProcessGangs(new DjlLearners(1), 1, Precision.FP32, List.of()));
    }

    @Test
    void a_detector_that_is_resumed_on_two_ranks_is_the_same_to_the_last_bit(@TempDir Path folder) throws IOException {
        resumesExactly(onTwo(new TrainingBench(folder))
                .detector("DeepTrain_SmallDetector")
                .concepts("0", "1", "2")
                .scenes(12, Split.TRAIN)
                .scenes(2, Split.TEST)
                .set("batch_size", 4L)
                .set("image_size", 64L)
                .set("num_epochs", 1L));
    }

    @Test
    void an_embedder_that_is_resumed_on_two_ranks_is_the_same_to_the_last_bit(@TempDir Path folder) throws IOException {
        resumesExactly(onTwo(new TrainingBench(folder))
                .embedder("Clarifai_InceptionBatchNorm")
                .digits(12, Split.TRAIN)
                .digits(2, Split.TEST)
                .set("batch_size", 4L)
                .set("image_size", 32L)
                .set("num_epochs", 1L));
    }

    /** Each model is published only if all ranks have the same, to the last bit. */
    private static void resumesExactly(TrainingBench bench) throws IOException {
        List<TrainerReport> uninterrupted = bench.run(bench.assignment(1, new Origin.Scratch()));
        List<TrainerReport> first = bench.run(
                bench.assignment(2, new Origin.Scratch()),
                steps -> steps < 2 ? new Direction.Proceed() : new Direction.SaveAndStop());
        CheckpointWritten saved = checkpoints(first).getLast();
        List<TrainerReport> second = bench.run(bench.assignment(3, resumedFrom(saved)));

        assertThat(saved.step()).isEqualTo(2);
        List<Double> interrupted = new ArrayList<>(losses(first));
        interrupted.addAll(losses(second));
        assertThat(interrupted).hasSize(3).isEqualTo(losses(uninterrupted));
        assertThat(finished(second).model().sha256())
                .isEqualTo(finished(uninterrupted).model().sha256());
    }

    private static Finished finished(List<TrainerReport> reports) {
        assertThat(reports.getLast()).isInstanceOf(Finished.class);
        return (Finished) reports.getLast();
    }
}
