package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.augmentation.Augmentation;
import io.deeptrain.worker.augmentation.RandAugment;
import io.deeptrain.worker.augmentation.View;
import io.deeptrain.worker.data.Mixture;
import io.deeptrain.worker.learning.Optimizer;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.objective.Mirror;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.training.RateSchedule.WarmUp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static TrainingPlan plan(int batchSize, int epochs, int itemsPerEpoch, boolean flips, long seed) {
        return plan(batchSize, epochs, itemsPerEpoch, flips, Augmentation.NONE, seed);
    }

    private static TrainingPlan plan(
            int batchSize, int epochs, int itemsPerEpoch, boolean flips, Augmentation augmentation, long seed) {
        return plan(batchSize, epochs, itemsPerEpoch, flips, augmentation, Regularisation.NONE, seed);
    }

    private static TrainingPlan mixing(long seed) {
        return plan(8, 5, 0, false, Augmentation.NONE, new Regularisation(new Mixing(0.2, 1), 0, 0), seed);
    }

    private static TrainingPlan plan(
            int batchSize,
            int epochs,
            int itemsPerEpoch,
            boolean flips,
            Augmentation augmentation,
            Regularisation regularisation,
            long seed) {
        return new TrainingPlan(
                32,
                batchSize,
                epochs,
                itemsPerEpoch,
                2,
                0,
                new RateSchedule.Cosine(0.1, 0, new WarmUp.Twentieth()),
                new Optimizer.Momentum(0.9, 0),
                new Objective.Classification(Activation.SOFTMAX),
                new Flips(flips ? 0.5 : 0, Mirror.LEFT_RIGHT),
                augmentation,
                1,
                0,
                TrainingPlan.NO_WEIGHTS,
                regularisation,
                seed);
    }

    private static List<Integer> dealt(Schedule schedule, long from, long to) {
        List<Integer> images = new ArrayList<>();
        for (long step = from; step < to; step++) {
            Arrays.stream(schedule.imagesOf(step)).forEach(images::add);
        }
        return images;
    }

    @Test
    void each_epoch_deals_each_image_once_in_another_order() {
        Schedule schedule = new Schedule(plan(32, 2, 0, false, 1), 100);
        assertThat(schedule.steps()).isEqualTo(8);
        List<Integer> all = IntStream.range(0, 100).boxed().toList();
        List<Integer> first = dealt(schedule, 0, 4);
        List<Integer> second = dealt(schedule, 4, 8);
        assertThat(first).containsExactlyInAnyOrderElementsOf(all).isNotEqualTo(all);
        assertThat(second).containsExactlyInAnyOrderElementsOf(all).isNotEqualTo(first);
    }

    @Test
    void an_epochs_steps_share_its_images_evenly() {
        Schedule schedule = new Schedule(plan(32, 1, 0, false, 1), 97);
        assertThat(IntStream.range(0, 4).map(step -> schedule.imagesOf(step).length))
                .containsExactly(24, 24, 24, 25);
    }

    @Test
    void any_step_can_be_asked_for_first() {
        Schedule asked = new Schedule(plan(8, 5, 0, true, 9), 50);
        List<Integer> before = dealt(asked, 0, asked.steps());
        Schedule resumed = new Schedule(plan(8, 5, 0, true, 9), 50);
        assertThat(dealt(resumed, 17, asked.steps()))
                .isEqualTo(before.subList(
                        before.size() - dealt(asked, 17, asked.steps()).size(), before.size()));
        assertThat(resumed.viewsOf(17, 8)).isEqualTo(asked.viewsOf(17, 8));
    }

    @Test
    void an_epoch_of_fewer_items_goes_on_where_the_last_one_stopped() {
        Schedule schedule = new Schedule(plan(10, 5, 20, false, 1), 100);
        assertThat(schedule.steps()).isEqualTo(10);
        assertThat(dealt(schedule, 0, 10)).doesNotHaveDuplicates().hasSize(100);
    }

    @Test
    void another_seed_is_another_order() {
        assertThat(new Schedule(plan(10, 1, 0, false, 1), 100).imagesOf(0))
                .isNotEqualTo(new Schedule(plan(10, 1, 0, false, 2), 100).imagesOf(0));
    }

    @Test
    void images_are_mirrored_only_if_asked_for_and_then_about_half_of_them() {
        assertThat(new Schedule(plan(10, 1, 0, false, 1), 100).viewsOf(0, 1_000))
                .hasSize(1_000)
                .containsOnly(View.whole(false, Mirror.LEFT_RIGHT));
        List<View> views = new Schedule(plan(10, 1, 0, true, 1), 100).viewsOf(0, 1_000);
        assertThat(views).containsOnly(View.whole(false, Mirror.LEFT_RIGHT), View.whole(true, Mirror.LEFT_RIGHT));
        assertThat(views.stream().filter(View::mirrored).count()).isBetween(430L, 570L);
    }

    @Test
    void how_an_image_is_seen_depends_on_the_seed_the_step_and_its_place_alone() {
        Augmentation augmentation = new Augmentation(0.08, new RandAugment(7, 0.5), 1);
        Schedule schedule = new Schedule(plan(10, 1, 0, true, augmentation, 1), 100);
        List<View> views = schedule.viewsOf(3, 10);
        assertThat(views).doesNotHaveDuplicates();
        assertThat(schedule.viewsOf(4, 10)).doesNotContainAnyElementsOf(views);
        assertThat(schedule.viewsOf(3, 10)).isEqualTo(views);
        assertThat(schedule.viewsOf(3, 4)).isEqualTo(views.subList(0, 4));
        assertThat(new Schedule(plan(10, 1, 0, true, augmentation, 1), 77).viewsOf(3, 10))
                .isEqualTo(views);
        assertThat(new Schedule(plan(10, 1, 0, true, augmentation, 2), 100).viewsOf(3, 10))
                .doesNotContainAnyElementsOf(views);
        List<View> cropped =
                new Schedule(plan(10, 1, 0, true, new Augmentation(0.08, RandAugment.NONE, 1), 1), 100).viewsOf(3, 10);
        assertThat(cropped.stream().map(View::mirrored))
                .as("other settings, the same coins")
                .containsExactlyElementsOf(views.stream().map(View::mirrored).toList());
    }

    @Test
    void an_epoch_of_repeated_images_has_as_many_of_them_and_fewer_different_ones() {
        Augmentation threefold = new Augmentation(1, RandAugment.NONE, 3);
        Schedule schedule = new Schedule(plan(30, 3, 0, false, threefold, 1), 90);
        assertThat(schedule.steps()).isEqualTo(9);
        for (long epoch = 0; epoch < 3; epoch++) {
            List<Integer> images = dealt(schedule, 3 * epoch, 3 * epoch + 3);
            assertThat(images).hasSize(90);
            assertThat(new HashSet<>(images)).hasSize(30);
        }
        assertThat(dealt(schedule, 0, 9))
                .as("three epochs see each image three times")
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 270).map(n -> n / 3).boxed().toList());
        assertThat(dealt(new Schedule(plan(30, 3, 0, false, threefold, 1), 90), 5, 9))
                .isEqualTo(dealt(schedule, 5, 9));
    }

    @Test
    void versions_of_one_image_are_in_one_step_and_a_third_of_it_apart() {
        Augmentation threefold = new Augmentation(1, RandAugment.NONE, 3);
        List<Integer> images = dealt(new Schedule(plan(30, 1, 0, false, threefold, 1), 90), 1, 2);
        assertThat(images.subList(0, 10)).doesNotHaveDuplicates();
        assertThat(images.subList(10, 20)).isEqualTo(images.subList(0, 10));
        assertThat(images.subList(20, 30)).isEqualTo(images.subList(0, 10));
    }

    @Test
    void how_a_batch_is_mixed_is_a_function_of_the_seed_and_the_step() {
        Schedule schedule = new Schedule(mixing(1), 100);
        Schedule resumed = new Schedule(mixing(1), 100);
        List<Mixture> mixtures =
                IntStream.range(0, 20).mapToObj(schedule::mixtureOf).toList();
        assertThat(mixtures).doesNotHaveDuplicates();
        assertThat(resumed.mixtureOf(17)).isEqualTo(mixtures.get(17));
        assertThat(new Schedule(mixing(2), 100).mixtureOf(17)).isNotEqualTo(mixtures.get(17));
        assertThat(new Schedule(plan(8, 5, 0, false, 1), 100).mixtureOf(17)).isEqualTo(new Mixture.None());
    }

    @Test
    void the_learning_rate_climbs_then_falls_to_nothing() {
        Schedule schedule = new Schedule(plan(10, 10, 0, false, 1), 100);
        assertThat(schedule.learningRateOf(0)).isBetween(0.001, 0.05);
        assertThat(schedule.learningRateOf(5)).isBetween(0.099, 0.1);
        assertThat(schedule.learningRateOf(50)).isBetween(0.049, 0.051);
        assertThat(schedule.learningRateOf(99)).isBetween(0.0, 0.001);
    }

    @Test
    void the_test_images_are_looked_at_after_every_second_epoch_but_the_last() {
        Schedule schedule = new Schedule(plan(10, 6, 0, false, 1), 30);
        assertThat(IntStream.rangeClosed(0, 18).filter(schedule::testsAfter)).containsExactly(6, 12);
    }

    @Test
    void epochs_are_counted_when_their_last_step_is_done() {
        Schedule schedule = new Schedule(plan(10, 2, 0, false, 1), 30);
        assertThat(IntStream.rangeClosed(0, 6).map(schedule::epochsAfter)).containsExactly(0, 0, 0, 1, 1, 1, 2);
    }
}
