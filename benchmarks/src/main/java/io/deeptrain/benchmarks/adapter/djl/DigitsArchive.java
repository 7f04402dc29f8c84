package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.cli.images.LabelledImage;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.artifact.SavedTraining;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.evaluation.EvaluationReport;
import io.deeptrain.worker.port.Archive;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The bundled digits as a worker sees a dataset. What it leaves behind is not kept. */
final class DigitsArchive implements Archive {
    private static final int TEST_ONE_OF = 10;

    private final List<LabelledImage> images;

    DigitsArchive(List<LabelledImage> images) {
        this.images = List.copyOf(images);
    }

    static StoredObject object(String key) {
        return new StoredObject(key, "ab".repeat(32), 0);
    }

    @Override
    public List<ManifestEntry> manifest(StoredObject manifest) {
        List<ManifestEntry> entries = new ArrayList<>();
        for (int index = 0; index < images.size(); index++) {
            entries.add(new ManifestEntry(
                    "input-" + index,
                    object(Integer.toString(index)),
                    List.of(images.get(index).label()),
                    List.of(),
                    index % TEST_ONE_OF == 0 ? Split.TEST : Split.TRAIN));
        }
        return entries;
    }

    @Override
    public byte[] video(StoredObject video) {
        throw new UnsupportedOperationException("digits do not move");
    }

    @Override
    public byte[] image(StoredObject image) throws IOException {
        return images.get(Integer.parseInt(image.key())).content().read();
    }

    @Override
    public StoredObject saveCheckpoint(AttemptId attempt, SavedTraining training) {
        return object("checkpoint");
    }

    @Override
    public SavedTraining checkpoint(StoredObject checkpoint) {
        throw new IllegalStateException("nothing is resumed here: " + checkpoint);
    }

    @Override
    public StoredObject publish(AttemptId attempt, TrainedModel model, EvaluationReport report) {
        return object("model");
    }

    @Override
    public TrainedModel model(StoredObject model) {
        throw new IllegalStateException("nothing is predicted here: " + model);
    }
}
