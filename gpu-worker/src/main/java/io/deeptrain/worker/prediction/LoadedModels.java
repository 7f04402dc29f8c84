package io.deeptrain.worker.prediction;

import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.Embeddings;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.Predictor;
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

    private record Loaded(TrainedModel model, Network network, Predictor predictor) {}

    /** The same model is loaded once to answer, and once more if its embeddings are asked for. */
    private record Asked(StoredObject stored, boolean embeddings) {}

    private final Archive archive;
    private final Learners learners;
    private final Map<Asked, Loaded> loaded = new LinkedHashMap<>(MODELS_MAX, 0.75f, BY_LAST_USE);

    public LoadedModels(Archive archive, Learners learners) {
        this.archive = archive;
        this.learners = learners;
    }

    /**
     * One prediction for each image, in the same order.
     *
     * @param conceptsMax how many concepts are wanted for each
     */
    public List<Prediction> predict(StoredObject stored, List<Outcome> images, int conceptsMax)
            throws IOException, CorruptObjectException {
        return predict(new Asked(stored, false), images, conceptsMax);
    }

    /**
     * One embedding for each image, in the same order: of an embedder its own, of a classifier the features that it
     * decides by.
     */
    public List<Prediction> embed(StoredObject stored, List<Outcome> images)
            throws IOException, CorruptObjectException {
        return predict(new Asked(stored, true), images, 0);
    }

    private synchronized List<Prediction> predict(Asked asked, List<Outcome> images, int conceptsMax)
            throws IOException, CorruptObjectException {
        Loaded loaded = load(asked);
        List<byte[]> usable = images.stream()
                .filter(Outcome.Decoded.class::isInstance)
                .map(image -> ((Outcome.Decoded) image).pixels().bytes())
                .toList();
        List<Prediction> read = new ArrayList<>();
        for (int from = 0; from < usable.size(); from += BATCH_MAX) {
            read.addAll(read(
                    loaded,
                    asked.embeddings(),
                    usable.subList(from, Math.min(usable.size(), from + BATCH_MAX)),
                    conceptsMax));
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
        Loaded known = loaded.get(new Asked(stored, true));
        return (known == null ? load(new Asked(stored, false)) : known).model().imageSize();
    }

    private Loaded load(Asked asked) throws IOException, CorruptObjectException {
        Loaded known = loaded.get(asked);
        if (known != null) {
            return known;
        }
        TrainedModel model = archive.model(asked.stored());
        Network network = Architectures.named(
                        model.architecture(), model.concepts().size())
                .orElseThrow(() -> new CorruptObjectException("no such architecture: " + model.architecture()));
        Network asking = asked.embeddings() ? Embeddings.placing(network) : network;
        Loaded fresh = new Loaded(model, asking, learners.predictor(asking, model.state()));
        loaded.put(asked, fresh);
        if (loaded.size() > MODELS_MAX) {
            Asked eldest = loaded.keySet().iterator().next();
            Loaded evicted = loaded.remove(eldest);
            if (evicted != null) {
                evicted.predictor().close();
            }
        }
        return fresh;
    }

    private static List<Prediction> read(Loaded loaded, boolean embeddings, List<byte[]> images, int conceptsMax) {
        int size = loaded.model().imageSize();
        ByteBuffer bytes = ByteBuffer.allocateDirect(images.size() * ImageDecoder.COLOURS * size * size);
        images.forEach(bytes::put);
        Answers answers = loaded.predictor().answers(new Pixels(bytes.flip(), images.size(), size));
        List<Prediction> read = new ArrayList<>();
        for (int image = 0; image < images.size(); image++) {
            read.add(
                    embeddings
                            ? embedded(loaded.network(), answers, image)
                            : read(loaded.model(), loaded.network(), answers, image, conceptsMax));
        }
        return read;
    }

    private static Prediction read(TrainedModel model, Network network, Answers answers, int image, int conceptsMax) {
        return switch (model.objective()) {
            case Objective.Classification(Activation activation) -> {
                int concepts = model.concepts().size();
                float[] values =
                        Arrays.copyOfRange(answers.of(Network.LOGITS), image * concepts, (image + 1) * concepts);
                activation.apply(values, 0, concepts);
                yield ranked(model.concepts(), values, conceptsMax);
            }
            case Objective.Placement _, Objective.AngularMargin _ -> embedded(network, answers, image);
        };
    }

    private static Prediction embedded(Network network, Answers answers, int image) {
        int size = Embeddings.size(network);
        float[] all = answers.of(Network.EMBEDDING);
        List<Float> vector = new ArrayList<>(size);
        for (int i = image * size; i < (image + 1) * size; i++) {
            vector.add(all[i]);
        }
        return new Prediction.Embedded(vector);
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
        loaded.values().forEach(model -> model.predictor().close());
        loaded.clear();
    }
}
