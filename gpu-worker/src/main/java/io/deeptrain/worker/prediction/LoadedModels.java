package io.deeptrain.worker.prediction;

import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.gpu.GpuHealth;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Embeddings;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.Predictor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The few models that were asked for last, ready to answer. One question at a time: the device is one, and a training
 * may be using it too.
 */
public final class LoadedModels implements Predictions, AutoCloseable {
    static final int MODELS_MAX = 4;
    private static final int BATCH_MAX = 32;
    private static final boolean BY_LAST_USE = true;

    private record Loaded(TrainedModel model, AnswerReader reader, Predictor predictor) {}

    /** The same model is loaded once to answer, once more if its embeddings are asked for, and anew on another GPU. */
    private record Asked(StoredObject stored, boolean embeddings, int place) {}

    private final Archive archive;
    private final Learners learners;
    private final Supplier<GpuHealth> health;
    private final Map<Asked, Loaded> loaded = new LinkedHashMap<>(MODELS_MAX, 0.75f, BY_LAST_USE);

    /** Of a machine whose device does not break. */
    public LoadedModels(Archive archive, Learners learners) {
        this(archive, learners, GpuHealth.Healthy::new);
    }

    /** Answers on the first GPU that can be relied on, as it was seen last. */
    public LoadedModels(Archive archive, Learners learners, Supplier<GpuHealth> health) {
        this.archive = archive;
        this.learners = learners;
        this.health = health;
    }

    @Override
    public List<Prediction> predict(StoredObject stored, List<Outcome> images, int conceptsMax)
            throws IOException, CorruptObjectException {
        return predict(asked(stored, false), images, conceptsMax);
    }

    @Override
    public List<Prediction> embed(StoredObject stored, List<Outcome> images)
            throws IOException, CorruptObjectException {
        return predict(asked(stored, true), images, 0);
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

    @Override
    public synchronized int imageSizeOf(StoredObject stored) throws IOException, CorruptObjectException {
        Loaded known = loaded.get(asked(stored, true));
        return (known == null ? load(asked(stored, false)) : known).model().imageSize();
    }

    private Asked asked(StoredObject stored, boolean embeddings) {
        return new Asked(
                stored, embeddings, health.get().places(1).stream().findFirst().orElse(0));
    }

    private Loaded load(Asked asked) throws IOException, CorruptObjectException {
        Loaded known = loaded.get(asked);
        if (known != null) {
            return known;
        }
        TrainedModel model = archive.model(asked.stored());
        Network network = model.network()
                .orElseThrow(() -> new CorruptObjectException("no such architecture: " + model.architecture()));
        Network asking = asked.embeddings() ? Embeddings.placing(network) : network;
        Loaded fresh = new Loaded(
                model,
                asked.embeddings() ? AnswerReader.ofEmbeddings(asking) : AnswerReader.of(model, asking),
                learners.on(asked.place()).predictor(asking, model.state()));
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

    private static List<Prediction> read(Loaded loaded, List<byte[]> images, int conceptsMax) {
        int size = loaded.model().imageSize();
        ByteBuffer bytes = ByteBuffer.allocateDirect(images.size() * ImageDecoder.COLOURS * size * size);
        images.forEach(bytes::put);
        Answers answers = loaded.predictor().answers(new Pixels(bytes.flip(), images.size(), size));
        List<Prediction> read = new ArrayList<>();
        for (int image = 0; image < images.size(); image++) {
            read.add(loaded.reader().read(answers, image, conceptsMax));
        }
        return read;
    }

    @Override
    public synchronized void close() {
        loaded.values().forEach(model -> model.predictor().close());
        loaded.clear();
    }
}
