package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.cli.images.LabelledImage;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.LabelledRegion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.artifact.Publication;
import io.deeptrain.worker.artifact.SavedTraining;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.port.Archive;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Images of a benchmark as a worker sees a dataset, every tenth held out. What it leaves behind is not kept. */
final class DigitsArchive implements Archive {
    private static final int TEST_ONE_OF = 10;

    private final List<Sample> samples;
    private final Optional<TrainedModel> base;

    /** An image with either a label or regions. */
    record Sample(LabelledImage.Content content, List<String> labels, List<LabelledRegion> regions) {
        static Sample of(LabelledImage image) {
            return new Sample(image.content(), List.of(image.label()), List.of());
        }
    }

    DigitsArchive(List<Sample> samples) {
        this(samples, Optional.empty());
    }

    /** With the model that transfer learning begins with. */
    DigitsArchive(List<Sample> samples, TrainedModel base) {
        this(samples, Optional.of(base));
    }

    private DigitsArchive(List<Sample> samples, Optional<TrainedModel> base) {
        this.samples = List.copyOf(samples);
        this.base = base;
    }

    static StoredObject object(String key) {
        return new StoredObject(key, "ab".repeat(32), 0);
    }

    @Override
    public List<ManifestEntry> manifest(StoredObject manifest) {
        List<ManifestEntry> entries = new ArrayList<>();
        for (int index = 0; index < samples.size(); index++) {
            entries.add(new ManifestEntry(
                    "input-" + index,
                    object(Integer.toString(index)),
                    samples.get(index).labels(),
                    List.of(),
                    samples.get(index).regions(),
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
        return samples.get(Integer.parseInt(image.key())).content().read();
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
    public StoredObject publish(AttemptId attempt, Publication publication) {
        return object("model");
    }

    @Override
    public TrainedModel model(StoredObject model) {
        return base.orElseThrow(() -> new IllegalStateException("nothing is predicted here: " + model));
    }
}
