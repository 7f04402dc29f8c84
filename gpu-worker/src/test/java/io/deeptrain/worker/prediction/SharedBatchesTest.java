package io.deeptrain.worker.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.deeptrain.worker.prediction.SharedBatches.Share;
import io.deeptrain.worker.prediction.SharedBatches.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedBatchesTest {
    private static Waiting<String> of(String model, int images) {
        return new Waiting<>(model, images);
    }

    @Test
    void nobody_who_waits_is_no_batch() {
        assertThat(SharedBatches.next(List.<Waiting<String>>of(), 32)).isEmpty();
    }

    @Test
    void questions_to_the_model_that_was_asked_first_share_a_batch() {
        assertThat(SharedBatches.next(List.of(of("a", 1), of("b", 1), of("a", 2), of("a", 0)), 32))
                .containsExactly(new Share(0, 1), new Share(2, 2), new Share(3, 0));
    }

    @Test
    void what_finds_no_room_waits_for_the_next_batch() {
        assertThat(SharedBatches.next(List.of(of("a", 3), of("a", 4), of("a", 1)), 5))
                .containsExactly(new Share(0, 3), new Share(1, 2));
        assertThat(SharedBatches.next(List.of(of("a", 5), of("a", 1)), 5)).containsExactly(new Share(0, 5));
        assertThat(SharedBatches.next(List.of(of("a", 6), of("a", 1), of("a", 0)), 5))
                .containsExactly(new Share(0, 5), new Share(2, 0));
    }

    @Test
    void a_batch_without_room_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SharedBatches.next(List.of(of("a", 1)), 0))
                .withMessage("a batch has room for at least one image: 0");
        assertThatIllegalArgumentException().isThrownBy(() -> of("a", -1));
    }

    /** However they come: each batch answers some of whoever came first, and no image is looked at twice or never. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everybody_is_answered_once_and_the_first_comer_waits_for_no_later_one(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int max = random.nextInt(1, 40);
        List<Waiting<String>> line = new ArrayList<>();
        for (int n = 0; n < 60; n++) {
            line.add(of("model-" + random.nextInt(4), random.nextInt(0, 130)));
        }
        long asked = line.stream().mapToLong(Waiting::images).sum();
        long answered = 0;
        while (!line.isEmpty()) {
            List<Share> batch = SharedBatches.next(line, max);
            int images = batch.stream().mapToInt(Share::images).sum();
            assertThat(images).isLessThanOrEqualTo(max);
            assertThat(batch.getFirst().waiting()).isZero();
            String first = line.getFirst().model();
            int left = line.stream()
                    .filter(question -> question.model().equals(first))
                    .mapToInt(Waiting::images)
                    .sum();
            assertThat(images).as("no room is left empty").isEqualTo(Math.min(max, left));
            answered += images;
            for (Share share : batch) {
                Waiting<String> question = line.get(share.waiting());
                line.set(share.waiting(), of(question.model(), question.images() - share.images()));
            }
            for (Share share : batch.reversed()) {
                if (line.get(share.waiting()).images() == 0) {
                    line.remove(share.waiting());
                }
            }
        }
        assertThat(answered).isEqualTo(asked);
    }
}
