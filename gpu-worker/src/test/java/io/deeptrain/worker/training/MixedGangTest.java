package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.worker.gang.GangLearner;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.OtherRanks;
import io.deeptrain.worker.port.Predictor;
import io.deeptrain.worker.port.RankLostException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the ranks of a gang get of batches that are mixed. */
class MixedGangTest {
    private static final int SIZE = 32;
    private static final int STEPS = 4;

    private final List<Image> seen = new ArrayList<>();

    private record Image(ByteBuffer pixels, FloatBuffer targets) {}

    /** Learns nothing, and remembers from what. */
    private class Witness implements Learner {
        @Override
        public float step(Batch batch, Step step) {
            int images = batch.pixels().images();
            ByteBuffer bytes = batch.pixels().bytes();
            FloatBuffer targets = batch.targets();
            for (int image = 0; image < images; image++) {
                int pixels = bytes.remaining() / images;
                int numbers = targets.remaining() / images;
                seen.add(new Image(
                        bytes.slice(bytes.position() + image * pixels, pixels),
                        targets.slice(targets.position() + image * numbers, numbers)));
            }
            return 1;
        }

        @Override
        public LearnerState state() {
            throw new UnsupportedOperationException("nothing is kept here");
        }

        @Override
        public void restore(LearnerState state) {
            throw new UnsupportedOperationException("nothing is resumed here");
        }

        @Override
        public Answers answers(Pixels pixels) {
            throw new UnsupportedOperationException("nothing is asked here");
        }

        @Override
        public void close() {}
    }

    private final class Witnesses implements Learners {
        @Override
        public Learner learner(Network network, Recipe recipe, List<Tensor> state, GradientExchange exchange) {
            return new Witness();
        }

        @Override
        public long memoryBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public Predictor predictor(Network network, List<Tensor> state) {
            return new Witness();
        }
    }

    /** Steps when rank 0 has, so that the images are seen in their order. */
    private final class SecondRank implements OtherRanks {
        private final List<Part> waiting = new ArrayList<>();

        @Override
        public int count() {
            return 1;
        }

        @Override
        public void step(List<Part> parts) {
            waiting.addAll(parts);
        }

        void catchUp() {
            waiting.forEach(part -> new Witness().step(part.batch(), part.step()));
            waiting.clear();
        }

        @Override
        public void restore(LearnerState state) {}

        @Override
        public void requireSame(LearnerState state) {}

        @Override
        public RankLostException explained(RankLostException lost) {
            return lost;
        }

        @Override
        public void close() {}
    }

    private static TrainingBench bench(Path folder) throws IOException {
        return new TrainingBench(folder)
                .classifier("MMClassification_ResNet_50_RSB_A1")
                .digits(35, Split.TRAIN)
                .set("batch_size", 7L)
                .set("image_size", (long) SIZE)
                .set("num_epochs", 1L);
    }

    private List<Image> seenBy(TrainingBench bench) throws IOException {
        seen.clear();
        bench.on(new Witnesses())
                .run(
                        bench.assignment(1, new Origin.Scratch()),
                        steps -> steps < STEPS ? new Direction.Proceed() : new Direction.StopNow());
        return List.copyOf(seen);
    }

    @Test
    void two_ranks_together_learn_from_what_one_learns_from(@TempDir Path alone, @TempDir Path together)
            throws IOException {
        List<Image> ofOne = seenBy(bench(alone));
        List<Image> ofTwo = seenBy(bench(together).on(2, (_, _, network, recipe, _, _) -> {
            SecondRank second = new SecondRank();
            Learner first = new Witness() {
                @Override
                public float step(Batch batch, Step step) {
                    float loss = super.step(batch, step);
                    second.catchUp();
                    return loss;
                }
            };
            return new GangLearner(first, second, recipe.objective().targets(network, SIZE));
        }));
        assertThat(ofOne).hasSize(STEPS * 7).anyMatch(MixedGangTest::showsTwo);
        assertThat(ofTwo).isEqualTo(ofOne);
    }

    /** Both surely enough to be more than what smoothing gives to all. */
    private static boolean showsTwo(Image image) {
        int shown = 0;
        for (int concept = 0; concept < image.targets().remaining(); concept++) {
            shown += image.targets().get(concept) > 0.05f ? 1 : 0;
        }
        return shown == 2;
    }
}
