package io.deeptrain.worker.gang;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.objective.Labels;
import io.deeptrain.worker.objective.Targets;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Share;
import io.deeptrain.worker.port.Learner.Step;
import io.deeptrain.worker.port.OtherRanks.Part;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharesTest {
    private static final int IMAGE_BYTES = 3;
    private static final Step STEP = new Step(4, 0.5, 7);

    /** Two numbers for each image. */
    private static class Pairs implements Targets {
        @Override
        public int perImage() {
            return 2;
        }

        @Override
        public void write(Labels labels, FloatBuffer into, int at) {
            throw new UnsupportedOperationException("nothing is written here");
        }
    }

    /** What an image has to find counts, not the image. */
    private static final class Findings extends Pairs {
        @Override
        public double weight(FloatBuffer targets) {
            double sum = 0;
            for (int n = targets.position(); n < targets.limit(); n++) {
                sum += targets.get(n);
            }
            return Math.max(1, sum);
        }
    }

    /** Image n has the bytes n, n, n and the numbers n, 0. */
    private static Batch batch(int images) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(images * IMAGE_BYTES);
        FloatBuffer targets = FloatBuffer.allocate(images * 2);
        for (int n = 0; n < images; n++) {
            bytes.put(new byte[] {(byte) n, (byte) n, (byte) n});
            targets.put(n * 2, n);
        }
        return new Batch(new Pixels(bytes.flip(), images, 1), targets);
    }

    private static List<Integer> imagesOf(Part part) {
        Pixels pixels = part.batch().pixels();
        assertThat(pixels.bytes().remaining()).isEqualTo(pixels.images() * IMAGE_BYTES);
        assertThat(part.batch().targets().remaining()).isEqualTo(pixels.images() * 2);
        return java.util.stream.IntStream.range(0, pixels.images())
                .mapToObj(n -> {
                    assertThat((float) pixels.bytes().get(n * IMAGE_BYTES))
                            .isEqualTo(part.batch()
                                    .targets()
                                    .get(part.batch().targets().position() + n * 2));
                    return (int) pixels.bytes().get(n * IMAGE_BYTES + 2);
                })
                .toList();
    }

    @Test
    void each_image_is_learned_from_by_one_rank_and_counts_once() {
        List<Part> parts = Shares.of(batch(5), STEP, 2, new Pairs());
        assertThat(parts.stream().map(SharesTest::imagesOf)).containsExactly(List.of(0, 1), List.of(2, 3, 4));
        assertThat(parts.stream().map(part -> part.step().share()))
                .containsExactly(new Share(0.4, 0.4), new Share(0.6, 0.6));
    }

    @Test
    void a_rank_without_an_image_repeats_one_that_counts_for_nothing() {
        List<Part> parts = Shares.of(batch(2), STEP, 3, new Pairs());
        assertThat(parts.stream().map(SharesTest::imagesOf)).containsExactly(List.of(0), List.of(0), List.of(1));
        assertThat(parts.stream().map(part -> part.step().share()))
                .containsExactly(new Share(0, 0), new Share(0.5, 0.5), new Share(0.5, 0.5));
    }

    @Test
    void a_loss_that_is_a_mean_over_something_else_counts_by_that() {
        assertThat(Shares.of(batch(4), STEP, 2, new Findings()).stream()
                        .map(part -> part.step().share()))
                .containsExactly(new Share(1 / 6.0, 0.5), new Share(5 / 6.0, 0.5));
    }

    @Test
    void ranks_learn_at_the_same_rate_and_draw_by_themselves() {
        List<Step> steps = Shares.of(batch(6), STEP, 3, new Pairs()).stream()
                .map(Part::step)
                .toList();
        assertThat(steps).allMatch(step -> step.number() == 4 && step.learningRate() == 0.5);
        assertThat(steps.getFirst().chance()).isEqualTo(7);
        assertThat(steps.stream().map(Step::chance).distinct()).hasSize(3);
    }
}
