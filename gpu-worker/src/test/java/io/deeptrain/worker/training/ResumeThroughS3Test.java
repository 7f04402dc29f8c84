package io.deeptrain.worker.training;

import static io.deeptrain.worker.training.TrainingBench.checkpoints;
import static io.deeptrain.worker.training.TrainingBench.losses;
import static io.deeptrain.worker.training.TrainingBench.resumedFrom;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.objects.ObjectStores;
import io.deeptrain.testservers.adapter.TestServers;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.CheckpointWritten;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.port.Directions.Direction;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that share nothing but a bucket, on a real server of S3's protocol. */
class ResumeThroughS3Test {
    private static final Origin SCRATCH = new Origin.Scratch();

    @TempDir
    private Path onDisk;

    @TempDir
    private Path one;

    @TempDir
    private Path other;

    private final URI bucket = TestServers.newBucket();

    private static TrainingBench shortTraining(Path scratch, URI objects) throws IOException {
        return new TrainingBench(scratch, ObjectStores.open(objects))
                .digits(48, Split.TRAIN)
                .digits(12, Split.TEST)
                .set("batch_size", 16L)
                .set("num_epochs", 2L);
    }

    @Test
    void a_worker_with_an_empty_disk_goes_on_from_the_checkpoint_of_another_to_the_last_bit() throws Exception {
        TrainingBench uninterrupted =
                shortTraining(onDisk, onDisk.resolve("objects").toUri());
        List<TrainerReport> wanted = uninterrupted.run(uninterrupted.assignment(1, SCRATCH));

        TrainingBench first = shortTraining(one, bucket);
        List<TrainerReport> begun = first.run(
                first.assignment(1, SCRATCH),
                steps -> steps < 4 ? new Direction.Proceed() : new Direction.SaveAndStop());
        CheckpointWritten saved = checkpoints(begun).getLast();
        TrainingBench second = shortTraining(other, bucket);
        List<TrainerReport> ended = second.run(second.assignment(2, resumedFrom(saved)));

        assertThat(TrainingBench.origin(ended)).isEqualTo(resumedFrom(saved));
        List<Double> interrupted = new ArrayList<>(losses(begun));
        interrupted.addAll(losses(ended));
        assertThat(interrupted).hasSize(6).isEqualTo(losses(wanted));
        assertThat(((Finished) ended.getLast()).model().sha256())
                .isEqualTo(((Finished) wanted.getLast()).model().sha256());
        assertThat(second.archive().model(((Finished) ended.getLast()).model()).concepts())
                .isEqualTo(TrainingBench.DIGITS);
    }
}
