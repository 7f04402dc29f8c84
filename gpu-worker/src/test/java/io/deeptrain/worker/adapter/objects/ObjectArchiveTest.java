package io.deeptrain.worker.adapter.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.ObjectStores;
import io.deeptrain.objects.StoredBlob;
import io.deeptrain.worker.adapter.objects.Safetensors.Content;
import io.deeptrain.worker.artifact.BestSoFar;
import io.deeptrain.worker.artifact.Publications;
import io.deeptrain.worker.artifact.SavedTraining;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.evaluation.ImageReport;
import io.deeptrain.worker.evaluation.ImageReport.ConceptScore;
import io.deeptrain.worker.evaluation.ImageReport.ImageScores;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.Embeddings;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.LossScale;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.CorruptObjectException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectArchiveTest {
    private static final AttemptId ATTEMPT = new AttemptId(new JobId("job-1"), new FencingToken(3));
    private static final Network NETWORK =
            Architectures.named("cifar-resnet-20", 2).orElseThrow();
    private static final List<Tensor> STATE = InitialWeights.of(NETWORK, 1, Set.of());
    private static final TrainedModel MODEL = new TrainedModel(
            "cifar-resnet-20", List.of("cat", "dög"), 32, new Objective.Classification(Activation.SIGMOID), STATE);
    private static final ImageReport REPORT = new ImageReport(Split.TEST, 0, 0, List.of(), List.of(), List.of());

    @TempDir
    Path folder;

    private ObjectStore store;
    private ObjectArchive archive;

    @BeforeEach
    void open() throws IOException {
        store = ObjectStores.open(folder.toUri());
        archive = new ObjectArchive(store);
    }

    private StoredObject put(String key, InputStream content) throws IOException {
        StoredBlob blob = store.put(key, content);
        return new StoredObject(blob.key(), blob.sha256(), blob.sizeBytes());
    }

    @Test
    void a_model_that_was_published_is_read_as_it_was() throws Exception {
        StoredObject stored = archive.publish(ATTEMPT, Publications.of(MODEL, REPORT));
        assertThat(stored.key()).isEqualTo("jobs/job-1/attempts/3/model.safetensors");
        assertThat(archive.model(stored)).isEqualTo(MODEL);
    }

    @Test
    void an_embedder_that_was_published_is_read_as_it_was() throws Exception {
        Network placing = Embeddings.placing(NETWORK);
        Network angular = Embeddings.angular(NETWORK, 16);
        List<TrainedModel> embedders = List.of(
                new TrainedModel(
                        placing.architecture(),
                        MODEL.concepts(),
                        32,
                        new Objective.Placement(Activation.SOFTMAX),
                        STATE),
                new TrainedModel(
                        angular.architecture(),
                        MODEL.concepts(),
                        32,
                        new Objective.AngularMargin(64, 0.5),
                        InitialWeights.of(angular, 1, Set.of())));
        for (TrainedModel embedder : embedders) {
            assertThat(archive.model(archive.publish(ATTEMPT, Publications.of(embedder, REPORT))))
                    .isEqualTo(embedder);
        }
    }

    @Test
    void the_report_beside_a_model_is_what_the_front_door_reads() throws Exception {
        ImageReport report = new ImageReport(
                Split.TEST,
                1,
                1,
                List.of(new ConceptScore("cat", 1, 0, 0, 1, 1, 1)),
                List.of(List.of(1L)),
                List.of(new ImageScores("i", List.of(0), List.of(0.75f))));
        archive.publish(ATTEMPT, Publications.of(MODEL, report));
        try (InputStream stored = store.open("jobs/job-1/attempts/3/report.json")) {
            assertThat(new String(stored.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("""
                    {"split":"TEST","images":1,"accuracy":1.0,"concepts":[{"concept":"cat","true_positives":1,\
                    "false_positives":0,"false_negatives":0,"precision":1.0,"recall":1.0,"f1":1.0}],\
                    "confusion":[[1]],"scores":[{"input_id":"i","shown":[0],"values":[0.75]}],"measures":{}}""");
        }
    }

    @Test
    void a_checkpoint_that_was_saved_is_read_as_it_was_until_it_is_deleted() throws Exception {
        SavedTraining saved = new SavedTraining(
                ATTEMPT.jobId(),
                -5,
                "f".repeat(64),
                "cifar-resnet-20",
                77,
                new LearnerState(STATE, STATE),
                BestSoFar.NONE);
        StoredObject stored = archive.saveCheckpoint(ATTEMPT, saved);
        assertThat(archive.checkpoint(stored)).isEqualTo(saved);
        store.delete("jobs/job-1/attempts/3/checkpoints");
        assertThatThrownBy(() -> archive.checkpoint(stored)).isInstanceOf(CorruptObjectException.class);
    }

    @Test
    void the_best_state_so_far_is_kept_in_a_checkpoint() throws Exception {
        SavedTraining saved = new SavedTraining(
                ATTEMPT.jobId(),
                -5,
                "f".repeat(64),
                "cifar-resnet-20",
                77,
                new LearnerState(STATE, STATE),
                new BestSoFar(0.75, 44, 66, 2, InitialWeights.of(NETWORK, 2, Set.of())));
        assertThat(archive.checkpoint(archive.saveCheckpoint(ATTEMPT, saved))).isEqualTo(saved);
    }

    @Test
    void how_a_loss_is_scaled_is_kept_in_a_checkpoint() throws Exception {
        SavedTraining saved = scaledBy(new LossScale(0x1p-14f, 1_999, Long.MAX_VALUE));
        assertThat(archive.checkpoint(archive.saveCheckpoint(ATTEMPT, saved))).isEqualTo(saved);
    }

    /** So that a worker which knows of no scale reads it, and writes the same. */
    @Test
    void where_no_loss_was_scaled_a_checkpoint_says_nothing_of_it() throws Exception {
        StoredObject stored = archive.saveCheckpoint(ATTEMPT, scaledBy(LossScale.START));
        try (InputStream bytes = store.open(stored.key())) {
            assertThat(new String(bytes.readNBytes(20_000), StandardCharsets.ISO_8859_1))
                    .contains("\"step\":\"77\"")
                    .doesNotContain("loss_scale", "good_steps", "skipped_steps");
        }
    }

    private static SavedTraining scaledBy(LossScale scale) {
        return new SavedTraining(
                ATTEMPT.jobId(),
                -5,
                "f".repeat(64),
                "cifar-resnet-20",
                77,
                new LearnerState(STATE, STATE, scale),
                BestSoFar.NONE);
    }

    @ParameterizedTest
    @CsvSource({"3, 0, 0", "8, 2000, 0", "8, 4294967296, 0", "8, 0, -1", "much, 0, 0", "8, , 0"})
    void a_checkpoint_whose_loss_is_scaled_by_what_no_training_comes_to_is_refused(
            String factor, @Nullable String goodSteps, String skippedSteps) throws Exception {
        Map<String, String> metadata = new TreeMap<>(Map.of(
                "format", "deeptrain-checkpoint-1",
                "job", "job-1",
                "seed", "1",
                "manifest", "f",
                "architecture", "cifar-resnet-20",
                "step", "1"));
        assertThat(archive.checkpoint(put("c", Safetensors.write(new Content(metadata, STATE))))
                        .state()
                        .lossScale())
                .isEqualTo(LossScale.START);
        metadata.put("loss_scale", factor);
        if (goodSteps != null) {
            metadata.put("good_steps", goodSteps);
        }
        metadata.put("skipped_steps", skippedSteps);
        StoredObject stored = put("c", Safetensors.write(new Content(metadata, STATE)));
        assertThatThrownBy(() -> archive.checkpoint(stored)).isInstanceOf(CorruptObjectException.class);
    }

    @Test
    void bytes_that_changed_in_the_store_are_refused() throws Exception {
        StoredObject stored = put("image", new ByteArrayInputStream(new byte[] {1, 2, 3}));
        put("image", new ByteArrayInputStream(new byte[] {1, 2, 4}));
        assertThatThrownBy(() -> archive.image(stored))
                .isInstanceOf(CorruptObjectException.class)
                .hasMessageContaining("image is not the object that was stored");
        put("image", new ByteArrayInputStream(new byte[] {1, 2, 3, 4}));
        assertThatThrownBy(() -> archive.image(stored)).isInstanceOf(CorruptObjectException.class);
    }

    /** Where in its file a checkpoint is changed: its header's length, its header, its numbers. */
    @ParameterizedTest
    @ValueSource(ints = {2, 100, 1_000_000})
    void a_checkpoint_that_changed_in_the_store_is_refused_for_that(int place) throws Exception {
        StoredObject stored = archive.saveCheckpoint(ATTEMPT, scaledBy(LossScale.START));
        byte[] file = bytes(stored);
        file[place] ^= 1;
        refusesAsAnother(stored, file);
    }

    @Test
    void a_checkpoint_that_became_longer_or_shorter_in_the_store_is_refused_for_that() throws Exception {
        StoredObject stored = archive.saveCheckpoint(ATTEMPT, scaledBy(LossScale.START));
        byte[] file = bytes(stored);
        refusesAsAnother(stored, Arrays.copyOf(file, file.length + 1));
        refusesAsAnother(stored, Arrays.copyOf(file, file.length + 1_000_000));
        refusesAsAnother(stored, Arrays.copyOf(file, file.length - 1));
        refusesAsAnother(stored, Arrays.copyOf(file, 100));
        refusesAsAnother(stored, new byte[0]);
        refusesAsAnother(new StoredObject(stored.key(), stored.sha256(), stored.sizeBytes() + 4), file);
        refusesAsAnother(new StoredObject(stored.key(), "0".repeat(64), stored.sizeBytes()), file);
    }

    private void refusesAsAnother(StoredObject stored, byte[] file) throws IOException {
        put(stored.key(), new ByteArrayInputStream(file));
        assertThatThrownBy(() -> archive.checkpoint(stored))
                .isInstanceOf(CorruptObjectException.class)
                .hasMessageContaining("checkpoints/77.safetensors is not the object that was stored");
    }

    private byte[] bytes(StoredObject stored) throws IOException {
        try (InputStream input = store.open(stored.key())) {
            return input.readAllBytes();
        }
    }

    @Test
    void a_checkpoint_may_have_8_gibibytes_and_a_manifest_1() {
        long most = 8L << 30;
        assertThatThrownBy(() -> archive.checkpoint(new StoredObject("c", "0".repeat(64), most)))
                .hasMessage("c is not there");
        assertThatThrownBy(() -> archive.checkpoint(new StoredObject("c", "0".repeat(64), most + 1)))
                .hasMessage("c has 8589934593 bytes, more than 8589934592");
        assertThatThrownBy(() -> archive.manifest(new StoredObject("m", "0".repeat(64), (1L << 30) + 1)))
                .hasMessage("m has 1073741825 bytes, more than 1073741824");
    }

    @Test
    void a_checkpoint_is_no_model() throws Exception {
        StoredObject stored = archive.saveCheckpoint(
                ATTEMPT,
                new SavedTraining(
                        ATTEMPT.jobId(),
                        1,
                        "f".repeat(64),
                        "cifar-resnet-20",
                        1,
                        new LearnerState(STATE, List.of()),
                        BestSoFar.NONE));
        assertThatThrownBy(() -> archive.model(stored)).hasMessageContaining("is no deeptrain-model-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"architecture", "activation", "image_size", "concepts", "format"})
    void a_model_with_unknown_or_missing_words_is_refused(String name) throws Exception {
        Map<String, String> metadata = new TreeMap<>(Map.of(
                "format", "deeptrain-model-1",
                "architecture", "cifar-resnet-20",
                "activation", "SOFTMAX",
                "image_size", "32",
                "concepts", "[\"cat\",\"dog\"]"));
        assertThat(archive.model(put("m", Safetensors.write(new Content(metadata, STATE)))))
                .isNotNull();
        metadata.put(name, "something");
        StoredObject unknown = put("m", Safetensors.write(new Content(metadata, STATE)));
        assertThatThrownBy(() -> archive.model(unknown)).isInstanceOf(CorruptObjectException.class);
        metadata.remove(name);
        StoredObject missing = put("m", Safetensors.write(new Content(metadata, STATE)));
        assertThatThrownBy(() -> archive.model(missing)).hasMessage("metadata lacks " + name);
    }

    @Test
    void a_model_with_tensors_of_another_network_is_refused() throws Exception {
        Map<String, String> metadata = new TreeMap<>(Map.of(
                "format", "deeptrain-model-1",
                "architecture", "cifar-resnet-20",
                "activation", "SOFTMAX",
                "image_size", "32",
                "concepts", "[\"a\",\"b\",\"c\"]"));
        StoredObject stored = put("m", Safetensors.write(new Content(metadata, STATE)));
        assertThatThrownBy(() -> archive.model(stored)).hasMessage("the tensors are not those of cifar-resnet-20");
    }

    @Test
    void beside_a_model_lie_its_card_its_training_and_its_network_in_onnx() throws Exception {
        archive.publish(ATTEMPT, Publications.of(MODEL, REPORT));
        assertThat(text("README.md")).startsWith("# Model card\n").contains("| dög | 1 |");
        assertThat(text("run.json"))
                .startsWith(
                        "{\"spec\":{\"model_type_id\":\"visual-classifier\",\"template\":\"classification_cifar10_v1\","
                                + "\"hyperparameters\":{\"num_epochs\":2},\"concepts\":[\"cat\",\"dög\"],\"manifest\":{")
                .contains("\"seed\":42", "\"steps\":4,", "\"completion\":\"ALL_EPOCHS\"");
        try (InputStream onnx = store.open("jobs/job-1/attempts/3/model.onnx")) {
            assertThat(onnx.readAllBytes().length).isBetween(1_000_000, 2_000_000);
        }
    }

    private String text(String name) throws IOException {
        try (InputStream stored = store.open("jobs/job-1/attempts/3/" + name)) {
            return new String(stored.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[65536,65536],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[536870912],\"data_offsets\":[0,2147483648]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[65536,65536,65536],\"data_offsets\":[0,8]}}",
                "{\"a\":7}",
                "[]",
                "{",
                "{}"
            })
    void a_header_that_does_not_fit_its_numbers_is_refused(String header) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        byte[] file = ByteBuffer.allocate(8 + json.length + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
        assertThatThrownBy(() -> Safetensors.read(new ByteArrayInputStream(file), file.length))
                .isInstanceOf(CorruptObjectException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1_000, Long.MAX_VALUE})
    void a_header_longer_than_its_file_is_refused(long length) {
        byte[] file = ByteBuffer.allocate(100)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .array();
        assertThatThrownBy(() -> Safetensors.read(new ByteArrayInputStream(file), file.length))
                .isInstanceOf(CorruptObjectException.class);
    }
}
