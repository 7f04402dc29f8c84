package io.deeptrain.worker.adapter.objects;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.adapter.json.ManifestJson;
import io.deeptrain.event.adapter.json.UnreadableEventException;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.StoredBlob;
import io.deeptrain.video.VideoLimits;
import io.deeptrain.worker.adapter.objects.Safetensors.Content;
import io.deeptrain.worker.artifact.BestSoFar;
import io.deeptrain.worker.artifact.ModelCard;
import io.deeptrain.worker.artifact.Publication;
import io.deeptrain.worker.artifact.SavedTraining;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.detection.AnchorSettings;
import io.deeptrain.worker.detection.DetectorSettings;
import io.deeptrain.worker.detection.PointSettings;
import io.deeptrain.worker.evaluation.EpochSample;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.LossScale;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.onnx.OnnxModel;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.CorruptObjectException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The archive in the object store. What an attempt leaves lies under {@code jobs/<job>/attempts/<token>/}, so that a
 * worker which has lost its lease overwrites nothing of its successor's.
 */
public final class ObjectArchive implements Archive {
    private static final long MANIFEST_BYTES_MAX = 1L << 30;

    /**
     * More than twice what the largest network needs with a hundred thousand concepts: weights, two numbers of LAMB for
     * each, and the best so far.
     */
    private static final long TENSORS_BYTES_MAX = 1L << 33;

    private static final String FORMAT = "format";
    private static final String MODEL_FORMAT = "deeptrain-model-1";
    private static final String CHECKPOINT_FORMAT = "deeptrain-checkpoint-1";
    private static final String DETECTOR = "detector";
    private static final String POINT_DETECTOR = "point_detector";
    private static final String ACTIVATION = "activation";
    private static final String ANSWER = "answer";
    private static final String EMBEDDING = "embedding";
    private static final String ANGULAR_SCALE = "angular_scale";
    private static final String ANGULAR_MARGIN = "angular_margin";
    private static final String OPTIMIZER = "optimizer.";
    private static final String BEST = "best.";
    private static final String BEST_SCORE = "best_score";
    private static final String BEST_STEP = "best_step";
    private static final String LOOKED_AT = "looked_at";
    private static final String WORSE_SINCE = "worse_since";
    private static final String SAMPLES = "samples";
    private static final String LOSS_SCALE = "loss_scale";
    private static final String GOOD_STEPS = "good_steps";
    private static final String SKIPPED_STEPS = "skipped_steps";
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private final ObjectStore store;

    public ObjectArchive(ObjectStore store) {
        this.store = store;
    }

    @Override
    public List<ManifestEntry> manifest(StoredObject manifest) throws IOException, CorruptObjectException {
        try {
            return ManifestJson.read(new ByteArrayInputStream(bytes(manifest, MANIFEST_BYTES_MAX)));
        } catch (UnreadableEventException unreadable) {
            throw new CorruptObjectException("manifest %s cannot be read".formatted(manifest.key()), unreadable);
        }
    }

    @Override
    public byte[] image(StoredObject image) throws IOException, CorruptObjectException {
        return bytes(image, ImageDecoder.BYTES_MAX);
    }

    @Override
    public byte[] video(StoredObject video) throws IOException, CorruptObjectException {
        return bytes(video, VideoLimits.BYTES_MAX);
    }

    private byte[] bytes(StoredObject object, long bytesMax) throws IOException, CorruptObjectException {
        try (StoredBytes stored = StoredBytes.open(store, object, bytesMax)) {
            byte[] bytes = stored.stream().readNBytes(Math.toIntExact(object.sizeBytes()));
            stored.requireStored();
            return bytes;
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    @Override
    public StoredObject saveCheckpoint(AttemptId attempt, SavedTraining training) throws IOException {
        List<Tensor> tensors = new ArrayList<>(training.state().network());
        training.state().optimizer().forEach(tensor -> tensors.add(tensor.renamed(OPTIMIZER + tensor.name())));
        BestSoFar best = training.best();
        best.network().forEach(tensor -> tensors.add(tensor.renamed(BEST + tensor.name())));
        Map<String, String> metadata = new TreeMap<>(Map.of(
                FORMAT,
                CHECKPOINT_FORMAT,
                "job",
                training.jobId().value(),
                "seed",
                Long.toString(training.seed()),
                "manifest",
                training.manifestSha256(),
                "architecture",
                training.architecture(),
                "step",
                Long.toString(training.step())));
        if (!best.equals(BestSoFar.NONE)) {
            metadata.put(BEST_SCORE, Double.toString(best.score()));
            metadata.put(BEST_STEP, Long.toString(best.step()));
            metadata.put(LOOKED_AT, Long.toString(best.lookedAt()));
            metadata.put(WORSE_SINCE, Integer.toString(best.worseSince()));
        }
        LossScale scale = training.state().lossScale();
        if (!scale.equals(LossScale.START)) {
            metadata.put(LOSS_SCALE, Float.toString(scale.factor()));
            metadata.put(GOOD_STEPS, Integer.toString(scale.goodSteps()));
            metadata.put(SKIPPED_STEPS, Long.toString(scale.skippedSteps()));
        }
        if (!training.samples().isEmpty()) {
            metadata.put(SAMPLES, SamplesJson.write(training.samples()));
        }
        return put(
                folder(attempt) + "/checkpoints/" + training.step() + ".safetensors",
                Safetensors.write(new Content(metadata, tensors)));
    }

    @Override
    public SavedTraining checkpoint(StoredObject checkpoint) throws IOException, CorruptObjectException {
        Content content = content(checkpoint, CHECKPOINT_FORMAT);
        List<Tensor> network = new ArrayList<>();
        List<Tensor> optimizer = new ArrayList<>();
        List<Tensor> best = new ArrayList<>();
        for (Tensor tensor : content.tensors()) {
            if (tensor.name().startsWith(OPTIMIZER)) {
                optimizer.add(tensor.renamed(tensor.name().substring(OPTIMIZER.length())));
            } else if (tensor.name().startsWith(BEST)) {
                best.add(tensor.renamed(tensor.name().substring(BEST.length())));
            } else {
                network.add(tensor);
            }
        }
        return new SavedTraining(
                new JobId(text(content, "job")),
                number(content, "seed"),
                text(content, "manifest"),
                text(content, "architecture"),
                number(content, "step"),
                new LearnerState(network, optimizer, lossScale(content)),
                best(content, best),
                samples(content));
    }

    /** Trainings that scale no loss have nothing of it in their checkpoints. */
    private static LossScale lossScale(Content content) throws CorruptObjectException {
        if (!content.metadata().containsKey(LOSS_SCALE)) {
            return LossScale.START;
        }
        try {
            return new LossScale(
                    Float.parseFloat(text(content, LOSS_SCALE)),
                    Math.toIntExact(number(content, GOOD_STEPS)),
                    number(content, SKIPPED_STEPS));
        } catch (ArithmeticException | IllegalArgumentException impossible) {
            throw new CorruptObjectException("its loss scale is impossible: " + impossible.getMessage(), impossible);
        }
    }

    private static List<EpochSample> samples(Content content) throws CorruptObjectException {
        String samples = content.metadata().get(SAMPLES);
        try {
            return samples == null ? List.of() : SamplesJson.read(samples);
        } catch (JsonProcessingException broken) {
            throw new CorruptObjectException("samples are not what a network said of images", broken);
        }
    }

    /** Trainings that look for no best have none in their checkpoints. */
    private static BestSoFar best(Content content, List<Tensor> network) throws CorruptObjectException {
        return content.metadata().containsKey(BEST_SCORE)
                ? new BestSoFar(
                        real(content, BEST_SCORE),
                        number(content, BEST_STEP),
                        number(content, LOOKED_AT),
                        (int) number(content, WORSE_SINCE),
                        network)
                : BestSoFar.NONE;
    }

    /** The model comes last: who sees it sees what lies beside it too. */
    @Override
    public StoredObject publish(AttemptId attempt, Publication publication) throws IOException {
        String folder = folder(attempt);
        TrainedModel model = publication.model();
        SortedMap<String, String> metadata = metadata(model);
        putText(folder + "/report.json", MAPPER.writeValueAsString(publication.report()));
        putText(folder + "/run.json", MAPPER.writeValueAsString(publication.training()));
        putText(folder + "/samples.json", SamplesJson.write(publication.samples()));
        putText(folder + "/unreadable.json", MAPPER.writeValueAsString(publication.leftOut()));
        if (publication.answers().count() > 0) {
            put(folder + "/answers.jsonl", new AnswerLines(publication.answers()));
        }
        putText(folder + "/README.md", ModelCard.of(publication));
        Network network = model.network()
                .orElseThrow(() -> new IllegalArgumentException(
                        "a model of an architecture that cannot be read again: " + model.architecture()));
        try (InputStream onnx =
                OnnxModel.write(network, model.state(), model.imageSize(), model.probabilities(), metadata)) {
            put(folder + "/model.onnx", onnx);
        }
        return put(folder + "/model.safetensors", Safetensors.write(new Content(metadata, model.state())));
    }

    private static SortedMap<String, String> metadata(TrainedModel model) throws JsonProcessingException {
        SortedMap<String, String> metadata = new TreeMap<>(Map.of(
                FORMAT,
                MODEL_FORMAT,
                "architecture",
                model.architecture(),
                "image_size",
                Integer.toString(model.imageSize()),
                "concepts",
                MAPPER.writeValueAsString(model.concepts())));
        switch (model.objective()) {
            case Objective.Classification(Activation activation) -> metadata.put(ACTIVATION, activation.name());
            case Objective.Placement(Activation activation) -> {
                metadata.put(ACTIVATION, activation.name());
                metadata.put(ANSWER, EMBEDDING);
            }
            case Objective.AngularMargin(double scale, double margin) -> {
                metadata.put(ANSWER, EMBEDDING);
                metadata.put(ANGULAR_SCALE, Double.toString(scale));
                metadata.put(ANGULAR_MARGIN, Double.toString(margin));
            }
            case Objective.ObjectDetection(AnchorSettings settings) ->
                metadata.put(DETECTOR, MAPPER.writeValueAsString(settings));
            case Objective.ObjectDetection(PointSettings settings) ->
                metadata.put(POINT_DETECTOR, MAPPER.writeValueAsString(settings));
        }
        return metadata;
    }

    /** Takes only a network that this worker knows how to build, with exactly its tensors. */
    @Override
    public TrainedModel model(StoredObject model) throws IOException, CorruptObjectException {
        Content content = content(model, MODEL_FORMAT);
        List<String> concepts = concepts(content);
        String architecture = text(content, "architecture");
        TrainedModel read =
                new TrainedModel(architecture, concepts, imageSize(content), objective(content), content.tensors());
        Network network =
                read.network().orElseThrow(() -> new CorruptObjectException("no such architecture: " + architecture));
        if (!network.fits(content.tensors())) {
            throw new CorruptObjectException("the tensors are not those of " + architecture);
        }
        return read;
    }

    private static List<String> concepts(Content content) throws CorruptObjectException {
        try {
            List<String> concepts = List.of(MAPPER.readValue(text(content, "concepts"), String[].class));
            if (concepts.isEmpty()) {
                throw new CorruptObjectException("a model without concepts");
            }
            return concepts;
        } catch (JsonProcessingException broken) {
            throw new CorruptObjectException("concepts are not a list of texts", broken);
        }
    }

    private static int imageSize(Content content) throws CorruptObjectException {
        long size = number(content, "image_size");
        if (size < 1 || size > 1024) {
            throw new CorruptObjectException("image size must be 1 to 1024: " + size);
        }
        return (int) size;
    }

    private static Objective objective(Content content) throws CorruptObjectException {
        if (content.metadata().containsKey(DETECTOR)) {
            return new Objective.ObjectDetection(detector(content, DETECTOR, AnchorSettings.class));
        }
        if (content.metadata().containsKey(POINT_DETECTOR)) {
            return new Objective.ObjectDetection(detector(content, POINT_DETECTOR, PointSettings.class));
        }
        if (content.metadata().containsKey(ANGULAR_SCALE)) {
            try {
                return new Objective.AngularMargin(real(content, ANGULAR_SCALE), real(content, ANGULAR_MARGIN));
            } catch (IllegalArgumentException impossible) {
                throw new CorruptObjectException("no angular margin", impossible);
            }
        }
        return EMBEDDING.equals(content.metadata().get(ANSWER))
                ? new Objective.Placement(activation(content))
                : new Objective.Classification(activation(content));
    }

    private static double real(Content content, String name) throws CorruptObjectException {
        return Double.parseDouble(text(content, name));
    }

    private static <T extends DetectorSettings> T detector(Content content, String name, Class<T> kind)
            throws CorruptObjectException {
        try {
            return MAPPER.readValue(text(content, name), kind);
        } catch (JsonProcessingException broken) {
            throw new CorruptObjectException(name + " is not what a detector is set to", broken);
        }
    }

    private static Activation activation(Content content) throws CorruptObjectException {
        String name = text(content, ACTIVATION);
        return Arrays.stream(Activation.values())
                .filter(activation -> activation.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CorruptObjectException("no such activation: " + name));
    }

    private Content content(StoredObject object, String format) throws IOException, CorruptObjectException {
        Content content = content(object);
        if (!text(content, FORMAT).equals(format)) {
            throw new CorruptObjectException("%s is no %s".formatted(object.key(), format));
        }
        return content;
    }

    /** Bytes that are not those that were stored are refused for that, whatever else is wrong with them. */
    private Content content(StoredObject object) throws IOException, CorruptObjectException {
        try (StoredBytes stored = StoredBytes.open(store, object, TENSORS_BYTES_MAX)) {
            Content content;
            try {
                content = Safetensors.read(stored.stream(), object.sizeBytes());
            } catch (CorruptObjectException unreadable) {
                stored.requireStored();
                throw unreadable;
            }
            stored.requireStored();
            return content;
        }
    }

    private static String text(Content content, String name) throws CorruptObjectException {
        String text = content.metadata().get(name);
        if (text == null) {
            throw new CorruptObjectException("metadata lacks " + name);
        }
        return text;
    }

    private static long number(Content content, String name) throws CorruptObjectException {
        String text = text(content, name);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException noNumber) {
            throw new CorruptObjectException("metadata %s is no number: %s".formatted(name, text), noNumber);
        }
    }

    private void putText(String key, String text) throws IOException {
        put(key, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private StoredObject put(String key, InputStream content) throws IOException {
        StoredBlob blob = store.put(key, content);
        return new StoredObject(blob.key(), blob.sha256(), blob.sizeBytes());
    }

    private static String folder(AttemptId attempt) {
        return "jobs/%s/attempts/%s".formatted(attempt.jobId(), attempt.token());
    }
}
