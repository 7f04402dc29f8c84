package io.deeptrain.worker.prediction;

import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learners;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The few models that were asked for last, ready to answer. One question at a time: the device is one, and a training
 * may be using it too.
 */
public final class LoadedModels implements AutoCloseable {
    static final int MODELS_MAX = 4;
    private static final int BATCH_MAX = 32;
    private static final boolean BY_LAST_USE = true;

    private record Loaded(TrainedModel model, Learner learner) {}

    private final Archive archive;
    private final Learners learners;
    private final Map<StoredObject, Loaded> loaded = new LinkedHashMap<>(MODELS_MAX, 0.75f, BY_LAST_USE);

    public LoadedModels(Archive archive, Learners learners) {
        this.archive = archive;
        this.learners = learners;
    }

    /**
     * One prediction for each image, in the same order.
     *
     * @param conceptsMax how many concepts are wanted for each
     */
    public synchronized List<Prediction> predict(StoredObject stored, List<Outcome> images, int conceptsMax)
            throws IOException, CorruptObjectException {
        Loaded loaded = load(stored);
        List<byte[]> usable = images.stream()
                .filter(Outcome.Decoded.class::isInstance)
                .map(image -> ((Outcome.Decoded) image).pixels().bytes())
                .toList();
        List<Prediction> read = new ArrayList<>();
        for (int from = 0; from < usable.size(); from += BATCH_MAX) {
            read.addAll(read(loaded, usable.subList(from, Math.min(usable.size(), from + BATCH_MAX)), conceptsMax));
        }
        List<Prediction> predictions = new ArrayList<>();
        var next = read.iterator();
        for (Outcome image : images) {
            predictions.add(
                    switch (image) {
                        case Outcome.Decoded _ -> next.next();
                        case Outcome.Invalid(String reason) -> new Prediction.Unusable(reason);
                    });
        }
        return predictions;
    }

    /** The size that images must be decoded to. */
    public synchronized int imageSizeOf(StoredObject stored) throws IOException, CorruptObjectException {
        return load(stored).model().imageSize();
    }

    private Loaded load(StoredObject stored) throws IOException, CorruptObjectException {
        Loaded known = loaded.get(stored);
        if (known != null) {
            return known;
        }
        TrainedModel model = archive.model(stored);
        Network network = Architectures.named(
                        model.architecture(), model.concepts().size())
                .orElseThrow(() -> new CorruptObjectException("no such architecture: " + model.architecture()));
        Loaded fresh = new Loaded(model, learners.learner(network, model.objective(), model.state()));
        loaded.put(stored, fresh);
        if (loaded.size() > MODELS_MAX) {
            StoredObject eldest = loaded.keySet().iterator().next();
            Loaded evicted = loaded.remove(eldest);
            if (evicted != null) {
                evicted.learner().close();
            }
        }
        return fresh;
    }

    private static List<Prediction> read(Loaded loaded, List<byte[]> images, int conceptsMax) {
        int size = loaded.model().imageSize();
        ByteBuffer bytes = ByteBuffer.allocateDirect(images.size() * ImageDecoder.COLOURS * size * size);
        images.forEach(bytes::put);
        Answers answers = loaded.learner().answers(new Pixels(bytes.flip(), images.size(), size));
        List<Prediction> read = new ArrayList<>();
        for (int image = 0; image < images.size(); image++) {
            read.add(read(loaded.model(), answers, image, conceptsMax));
        }
        return read;
    }

    private static Prediction read(TrainedModel model, Answers answers, int image, int conceptsMax) {
        return switch (model.objective()) {
            case Objective.Classification(Activation activation) -> {
                int concepts = model.concepts().size();
                float[] values =
                        Arrays.copyOfRange(answers.of(Network.LOGITS), image * concepts, (image + 1) * concepts);
                activation.apply(values, 0, concepts);
                yield ranked(model.concepts(), values, conceptsMax);
            }
        };
    }

    private static Prediction ranked(List<String> concepts, float[] values, int conceptsMax) {
        List<Prediction.Scored> scored = new ArrayList<>();
        for (int n = 0; n < values.length; n++) {
            scored.add(new Prediction.Scored(concepts.get(n), values[n]));
        }
        scored.sort(Comparator.comparingDouble(Prediction.Scored::value)
                .reversed()
                .thenComparing(Prediction.Scored::concept));
        return new Prediction.Seen(scored.subList(0, Math.min(conceptsMax, scored.size())));
    }

    @Override
    public synchronized void close() {
        loaded.values().forEach(model -> model.learner().close());
        loaded.clear();
    }
}
