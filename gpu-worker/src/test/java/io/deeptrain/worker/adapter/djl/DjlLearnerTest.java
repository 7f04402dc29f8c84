package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.GraphBuilder;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Layer.BatchNorm;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.ResidualNetwork;
import io.deeptrain.worker.network.Window;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DjlLearnerTest {
    private static final int CONCEPTS = 3;
    private static final int SIZE = 32;
    private static final double RATE = 0.05;
    private static final Network NETWORK = ResidualNetwork.cifar(1, CONCEPTS);

    private static Learner learner(Activation activation) {
        return new DjlLearners(1)
                .learner(NETWORK, new Objective.Classification(activation), InitialWeights.of(NETWORK, 7, Set.of()));
    }

    /** Noise around a brightness that depends on the concept. */
    private static Batch batch(long seed, int images) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer bytes = ByteBuffer.allocateDirect(images * 3 * SIZE * SIZE);
        FloatBuffer targets = FloatBuffer.allocate(images * CONCEPTS);
        for (int image = 0; image < images; image++) {
            int concept = random.nextInt(CONCEPTS);
            targets.put(image * CONCEPTS + concept, 1);
            for (int pixel = 0; pixel < 3 * SIZE * SIZE; pixel++) {
                bytes.put((byte) (concept * 80 + random.nextInt(60)));
            }
        }
        return new Batch(new Pixels(bytes.flip(), images, SIZE), targets);
    }

    private static List<Float> losses(Learner learner, int from, int to) {
        List<Float> losses = new ArrayList<>();
        for (int step = from; step < to; step++) {
            losses.add(learner.step(batch(step, 16), step, RATE));
        }
        return losses;
    }

    @Test
    void what_is_learned_from_a_restored_state_is_the_same_to_the_last_bit() {
        List<Float> uninterrupted;
        LearnerState end;
        try (Learner learner = learner(Activation.SOFTMAX)) {
            uninterrupted = losses(learner, 0, 12);
            end = learner.state();
        }
        LearnerState middle;
        List<Float> interrupted;
        try (Learner learner = learner(Activation.SOFTMAX)) {
            interrupted = new ArrayList<>(losses(learner, 0, 5));
            middle = learner.state();
        }
        try (Learner learner = learner(Activation.SOFTMAX)) {
            learner.restore(middle);
            interrupted.addAll(losses(learner, 5, 12));
            assertThat(learner.state()).isEqualTo(end);
        }
        assertThat(interrupted).isEqualTo(uninterrupted);
        assertThat(uninterrupted.getLast()).isLessThan(uninterrupted.getFirst());
    }

    @Test
    void running_statistics_move_while_it_learns_and_stand_still_while_it_predicts() {
        try (Learner learner = learner(Activation.SIGMOID)) {
            LearnerState before = learner.state();
            float[] logits = learner.answers(batch(1, 4).pixels()).of(Network.LOGITS);
            assertThat(logits).hasSize(4 * CONCEPTS);
            assertThat(learner.state()).isEqualTo(before);
            learner.step(batch(1, 16), 1, RATE);
            for (int n = 0; n < before.network().size(); n++) {
                assertThat(learner.state().network().get(n))
                        .isNotEqualTo(before.network().get(n));
            }
        }
    }

    @Test
    void memory_stays_flat_over_hundreds_of_steps() throws IOException {
        try (Learner learner = learner(Activation.SOFTMAX)) {
            losses(learner, 0, 60);
            long before = residentKilobytes();
            losses(learner, 60, 300);
            assertThat(residentKilobytes() - before).isLessThan(60_000);
        }
    }

    @Test
    void which_features_are_dropped_is_a_function_of_the_steps_seed() {
        assertThat(lossesWithDropout(1, 2)).isEqualTo(lossesWithDropout(1, 2));
        assertThat(lossesWithDropout(1, 3).getLast())
                .isNotEqualTo(lossesWithDropout(1, 2).getLast());
    }

    private static List<Float> lossesWithDropout(long... chances) {
        GraphBuilder graph = new GraphBuilder(BatchNorm.EPSILON);
        int features = graph.globalAverage(graph.convolution("conv", GraphBuilder.IMAGE, 8, Window.padded(3, 3, 1), 1));
        Network network = graph.classifier("dropping", graph.linear("fc", graph.dropout(features, 0.5), CONCEPTS));
        try (Learner learner = new DjlLearners(1)
                .learner(
                        network,
                        new Objective.Classification(Activation.SOFTMAX),
                        InitialWeights.of(network, 7, Set.of()))) {
            List<Float> losses = new ArrayList<>();
            for (long chance : chances) {
                losses.add(learner.step(batch(1, 16), chance, RATE));
            }
            return losses;
        }
    }

    private static long residentKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
