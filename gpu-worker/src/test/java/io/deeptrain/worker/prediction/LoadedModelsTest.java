package io.deeptrain.worker.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import io.deeptrain.objects.ObjectStores;
import io.deeptrain.worker.adapter.objects.ObjectArchive;
import io.deeptrain.worker.artifact.Publications;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.evaluation.ImageReport;
import io.deeptrain.worker.gpu.GpuHealth;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.Embeddings;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.Predictor;
import io.deeptrain.worker.prediction.Prediction.Scored;
import io.deeptrain.worker.prediction.Prediction.Seen;
import io.deeptrain.worker.prediction.Prediction.Unusable;
import io.deeptrain.worker.training.DrawnDigits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedModelsTest {
    private static final List<String> CONCEPTS = List.of("ape", "bee", "cat");
    private static final Outcome IMAGE = ImageDecoder.decode(DrawnDigits.png(1, 1), 32);

    @TempDir
    Path folder;

    private final List<String> engine = new ArrayList<>();
    private ObjectArchive archive;
    private LoadedModels models;

    /** Says 1, 3, 2 for every image, and notes what is opened and closed. */
    private final Learners fake = new Learners() {
        @Override
        public Learners on(int place) {
            if (place > 0) {
                engine.add("on " + place);
            }
            return this;
        }

        @Override
        public long memoryBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public Learner learner(Network network, Recipe recipe, List<Tensor> state, GradientExchange exchange) {
            throw new UnsupportedOperationException("predicting is no learning");
        }

        @Override
        public Predictor predictor(Network network, List<Tensor> state) {
            engine.add("open");
            return new Predictor() {
                @Override
                public Answers answers(Pixels pixels) {
                    float[] logits = new float[pixels.images() * CONCEPTS.size()];
                    for (int n = 0; n < logits.length; n++) {
                        logits[n] = List.of(1f, 3f, 2f).get(n % CONCEPTS.size());
                    }
                    float[] embeddings = new float[pixels.images() * Embeddings.size(network)];
                    for (int n = 0; n < embeddings.length; n++) {
                        embeddings[n] = n % Embeddings.size(network);
                    }
                    return network.outputs().containsKey(Network.EMBEDDING)
                            ? new Answers(Map.of(Network.LOGITS, logits, Network.EMBEDDING, embeddings))
                            : new Answers(Map.of(Network.LOGITS, logits));
                }

                @Override
                public void close() {
                    engine.add("close");
                }
            };
        }
    };

    @BeforeEach
    void open() throws IOException {
        archive = new ObjectArchive(ObjectStores.open(folder.toUri()));
        models = new LoadedModels(archive, fake);
    }

    private StoredObject published(int number) throws IOException {
        Network network =
                Architectures.named("cifar-resnet-20", CONCEPTS.size()).orElseThrow();
        return archive.publish(
                new AttemptId(new JobId("job-" + number), new FencingToken(1)),
                Publications.of(
                        new TrainedModel(
                                "cifar-resnet-20",
                                CONCEPTS,
                                32,
                                new Objective.Classification(Activation.SOFTMAX),
                                InitialWeights.of(network, number, Set.of())),
                        new ImageReport(Split.TEST, 0, 0, List.of(), List.of(), List.of())));
    }

    @Test
    void concepts_come_with_the_most_likely_first_and_no_more_than_are_wanted() throws Exception {
        List<Prediction> predictions = models.predict(published(1), List.of(IMAGE), 2);
        assertThat(predictions)
                .containsExactly(new Seen(List.of(new Scored("bee", 0.66524094f), new Scored("cat", 0.24472848f))));
    }

    @Test
    void a_classifier_embeds_images_by_its_features_when_it_is_asked_to() throws Exception {
        StoredObject stored = published(1);
        List<Prediction> predictions = models.embed(stored, List.of(IMAGE, IMAGE));
        assertThat(predictions).hasSize(2);
        assertThat(predictions.get(1))
                .isInstanceOfSatisfying(
                        Prediction.Embedded.class,
                        embedded -> assertThat(embedded.vector()).hasSize(64).startsWith(0f, 1f, 2f));
        assertThat(models.predict(stored, List.of(IMAGE), 1).getFirst()).isInstanceOf(Seen.class);
    }

    @Test
    void a_model_on_a_gpu_that_breaks_is_loaded_on_the_next_one() throws Exception {
        StoredObject stored = published(1);
        AtomicReference<GpuHealth> health = new AtomicReference<>(new GpuHealth.Healthy());
        try (LoadedModels here = new LoadedModels(archive, fake, health::get)) {
            here.predict(stored, List.of(IMAGE), 1);
            health.set(new GpuHealth.PartlyBroken(List.of(2, 3), List.of("too hot")));
            here.predict(stored, List.of(IMAGE), 1);
            here.predict(stored, List.of(IMAGE), 1);
            assertThat(engine).containsExactly("open", "on 2", "open");
        }
    }

    @Test
    void an_image_that_cannot_be_used_keeps_its_place() throws Exception {
        Outcome broken = ImageDecoder.decode(new byte[] {1}, 32);
        List<Outcome> images = new ArrayList<>(Collections.nCopies(40, IMAGE));
        images.add(1, broken);
        List<Prediction> predictions = models.predict(published(1), images, 1);
        assertThat(predictions).hasSize(41);
        assertThat(predictions.get(1))
                .isEqualTo(new Unusable("the bytes are not an image; JPEG, PNG, GIF, BMP and WebP are read"));
        assertThat(predictions).filteredOn(Seen.class::isInstance).hasSize(40);
    }

    @Test
    void a_model_is_loaded_once_and_the_one_that_was_not_asked_for_longest_is_let_go() throws Exception {
        for (int number = 0; number < LoadedModels.MODELS_MAX; number++) {
            models.predict(published(number), List.of(IMAGE), 1);
        }
        models.predict(published(0), List.of(IMAGE), 1);
        assertThat(engine).containsOnly("open").hasSize(LoadedModels.MODELS_MAX);
        models.predict(published(99), List.of(IMAGE), 1);
        assertThat(engine).endsWith("open", "close");
        models.predict(published(0), List.of(IMAGE), 1);
        assertThat(engine).hasSize(LoadedModels.MODELS_MAX + 2);
        models.close();
        assertThat(Collections.frequency(engine, "close")).isEqualTo(LoadedModels.MODELS_MAX + 1);
    }

    @Test
    void a_model_of_another_hash_is_refused() throws IOException {
        StoredObject stored = published(1);
        StoredObject other = new StoredObject(stored.key(), "0".repeat(64), stored.sizeBytes());
        assertThatThrownBy(() -> models.predict(other, List.of(IMAGE), 1)).isInstanceOf(CorruptObjectException.class);
        assertThat(engine).isEmpty();
    }
}
