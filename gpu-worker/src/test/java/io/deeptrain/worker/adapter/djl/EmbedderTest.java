package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.evaluation.Judge;
import io.deeptrain.worker.learning.Optimizer;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Embeddings;
import io.deeptrain.worker.network.GraphBuilder;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Layer.BatchNorm;
import io.deeptrain.worker.network.Layer.Bias;
import io.deeptrain.worker.network.Layer.L2Normalize;
import io.deeptrain.worker.network.Layer.Linear;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.ResidualNetwork;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.Window;
import io.deeptrain.worker.objective.Labels;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Step;
import io.deeptrain.worker.training.DrawnDigits;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EmbedderTest {
    private static final int SIZE = 32;
    private static final int DIGITS = 10;
    private static final int BATCH = 32;
    private static final double RATE = 0.05;

    @Test
    void the_angular_margin_loss_is_the_papers() {
        Network network = plain();
        double scale = 8;
        for (double margin : new double[] {0, 0.3, 0.9}) {
            List<Tensor> state = InitialWeights.of(network, 3, Set.of());
            try (Learner learner =
                    new DjlLearners(1).learner(network, recipe(new Objective.AngularMargin(scale, margin)), state)) {
                Batch batch = batch(1, 8);
                Answers answers = learner.answers(batch.pixels());
                float[] prototypes = state.getLast().values();
                double expected = 0;
                for (int image = 0; image < 8; image++) {
                    expected +=
                            loss(answers.of(Network.EMBEDDING), image, prototypes, image % DIGITS, scale, margin) / 8;
                }
                assertThat((double) learner.step(batch, new Step(0, RATE, 1)))
                        .as("margin %s", margin)
                        .isCloseTo(expected, within(1e-3));
            }
        }
    }

    private static Recipe recipe(Objective objective) {
        return new Recipe(objective, new Optimizer.Momentum(0.9, 5e-4), 10);
    }

    /** Cross entropy of the scaled cosines, that of the image's own concept with the margin added to its angle. */
    private static double loss(
            float[] embeddings, int image, float[] prototypes, int own, double scale, double margin) {
        int size = prototypes.length / DIGITS;
        double[] logits = new double[DIGITS];
        for (int concept = 0; concept < DIGITS; concept++) {
            double dot = 0;
            double length = 0;
            for (int i = 0; i < size; i++) {
                dot += embeddings[image * size + i] * prototypes[concept * size + i];
                length += prototypes[concept * size + i] * prototypes[concept * size + i];
            }
            double angle = Math.acos(dot / Math.sqrt(length));
            double turned =
                    angle + margin <= Math.PI ? Math.cos(angle + margin) : Math.cos(angle) - margin * Math.sin(margin);
            logits[concept] = scale * (concept == own ? turned : Math.cos(angle));
        }
        return Math.log(Arrays.stream(logits).map(Math::exp).sum()) - logits[own];
    }

    /** Its logits are dot products with the embedding, and it does the same in training as afterwards. */
    private static Network plain() {
        GraphBuilder graph = new GraphBuilder(BatchNorm.EPSILON);
        int features = graph.globalAverage(graph.convolution("conv", GraphBuilder.IMAGE, 8, Window.padded(3, 3, 1), 1));
        int embedding = graph.add(new L2Normalize(features));
        SequencedMap<String, Integer> outputs = new LinkedHashMap<>();
        outputs.put(Network.LOGITS, graph.add("prototypes", new Linear(embedding, 8, DIGITS, new Bias.None())));
        outputs.put(Network.EMBEDDING, embedding);
        return graph.network("plain", outputs);
    }

    @Test
    void digits_that_it_has_not_seen_lie_near_their_like_after_a_short_training() {
        Network small = ResidualNetwork.cifar(1, DIGITS);
        assertThat(recall(Embeddings.placing(small), new Objective.Placement(Activation.SOFTMAX)))
                .isGreaterThan(0.85);
        assertThat(recall(Embeddings.angular(small, 32), new Objective.AngularMargin(16, 0.3)))
                .isGreaterThan(0.85);
    }

    private static double recall(Network network, Objective objective) {
        try (Learner learner =
                new DjlLearners(1).learner(network, recipe(objective), InitialWeights.of(network, 7, Set.of()))) {
            for (int step = 0; step < 150; step++) {
                learner.step(batch(1000L + (long) step * BATCH, BATCH), new Step(step, RATE, step));
            }
            Judge judge = Judge.of(objective, network, SIZE, List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
            Answers answers = learner.answers(batch(0, 200).pixels());
            for (int image = 0; image < 200; image++) {
                judge.add("image " + image, new Labels(List.of(image % DIGITS), List.of()), answers, image);
            }
            Map<String, Double> metrics = judge.report(Split.TEST, () -> {}).metrics();
            System.out.println(network.architecture() + ": " + metrics);
            assertThat(metrics).containsOnlyKeys("test_recall_at_1", "test_recall_at_5", "test_recall_at_10");
            return Objects.requireNonNull(metrics.get("test_recall_at_1"));
        }
    }

    private static Batch batch(long seed, int images) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(images * 3 * SIZE * SIZE);
        FloatBuffer targets = FloatBuffer.allocate(images * DIGITS);
        for (int image = 0; image < images; image++) {
            Outcome decoded = ImageDecoder.decode(DrawnDigits.png(image % DIGITS, seed + image), SIZE);
            bytes.put(((Outcome.Decoded) decoded).pixels().bytes());
            targets.put(image * DIGITS + image % DIGITS, 1);
        }
        return new Batch(new Pixels(bytes.flip(), images, SIZE), targets);
    }
}
