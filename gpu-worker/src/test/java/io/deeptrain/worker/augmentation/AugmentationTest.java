package io.deeptrain.worker.augmentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.worker.augmentation.RandAugment.Kind;
import io.deeptrain.worker.detection.Box;
import io.deeptrain.worker.objective.Labels;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import io.deeptrain.worker.objective.Mirror;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    private static final int DRAWS = 10_000;

    private static Stream<Crop> crops(double areaMin) {
        SplittableRandom random = new SplittableRandom(1);
        return Stream.generate(() -> Crop.draw(areaMin, random)).limit(DRAWS);
    }

    private static List<List<Operation>> operations(RandAugment operations) {
        SplittableRandom random = new SplittableRandom(2);
        return Stream.generate(() -> operations.draw(random)).limit(DRAWS).toList();
    }

    @Test
    void a_crop_lies_within_the_image_with_the_area_and_the_ratio_that_are_allowed() {
        assertThat(crops(0.08)).allSatisfy(crop -> {
            assertThat(crop.left()).isBetween(0.0, 1 - crop.width());
            assertThat(crop.top()).isBetween(0.0, 1 - crop.height());
            assertThat(crop.width() * crop.height()).isBetween(0.08 - 1e-12, 1.0);
            assertThat(crop.width() / crop.height()).isBetween(0.75 - 1e-12, 4 / 3.0 + 1e-12);
        });
    }

    @Test
    void crops_are_of_all_sizes_in_all_places_and_as_often_high_as_wide() {
        assertThat(crops(0.08)
                                .filter(crop -> crop.width() * crop.height() < 0.3)
                                .count()
                        / (double) DRAWS)
                .as("22 of 92 %%, were there not large ones that do not fit")
                .isCloseTo(0.279, within(0.02));
        assertThat(crops(0.08).filter(crop -> crop.width() < crop.height()).count() / (double) DRAWS)
                .isCloseTo(0.5, within(0.02));
        assertThat(crops(0.08)
                        .mapToDouble(crop -> crop.left() + crop.width() / 2)
                        .average()
                        .orElseThrow())
                .isCloseTo(0.5, within(0.01));
        assertThat(crops(0.9)
                        .mapToDouble(crop -> crop.width() * crop.height())
                        .min()
                        .orElseThrow())
                .isGreaterThan(0.9 - 1e-12);
    }

    @Test
    void of_two_operations_each_is_done_half_of_the_time() {
        List<List<Operation>> drawn = operations(new RandAugment(7, 0.5));
        for (int count = 0; count <= 2; count++) {
            int wanted = count;
            assertThat(drawn.stream().filter(each -> each.size() == wanted).count() / (double) DRAWS)
                    .isCloseTo(count == 1 ? 0.5 : 0.25, within(0.02));
        }
    }

    @Test
    void all_operations_are_as_likely_in_both_directions() {
        List<Operation> drawn =
                operations(new RandAugment(7, 0)).stream().flatMap(List::stream).toList();
        List<Operation> possible = Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(kind.at(0.7, 1), kind.at(0.7, -1)))
                .toList();
        assertThat(drawn).isSubsetOf(possible);
        for (Operation operation : possible) {
            double share = drawn.stream().filter(operation::equals).count() / (double) drawn.size();
            long directions = possible.stream().filter(operation::equals).count();
            assertThat(share).as("%s", operation).isCloseTo(directions / 30.0, within(0.01));
        }
    }

    @Test
    void an_operation_is_as_strong_as_its_level() {
        assertThat(Stream.of(Kind.values()).map(kind -> kind.at(0.7, -1)))
                .containsExactly(
                        new Tone.AutoContrast(),
                        new Tone.Equalize(),
                        new Tone.Invert(),
                        new Movement(AffineMap.rotation(-21)),
                        new Tone.Posterize(2),
                        new Tone.Solarize(77),
                        new Tone.SolarizeAdd(77),
                        new Tone.Colour(1 - 0.7 * 0.9),
                        new Tone.Contrast(1 - 0.7 * 0.9),
                        new Tone.Brightness(1 - 0.7 * 0.9),
                        new Tone.Sharpness(1 - 0.7 * 0.9),
                        new Movement(AffineMap.shear(-0.7 * 0.3, 0)),
                        new Movement(AffineMap.shear(0, -0.7 * 0.3)),
                        new Movement(AffineMap.shift(-0.7 * 0.45, 0)),
                        new Movement(AffineMap.shift(0, -0.7 * 0.45)));
        assertThat(Kind.SOLARIZE.at(0, 1)).isEqualTo(new Tone.Solarize(256));
        assertThat(Kind.POSTERIZE.at(1, 1)).isEqualTo(new Tone.Posterize(0));
        assertThat(Kind.BRIGHTNESS.at(1, 1)).isEqualTo(new Tone.Brightness(1.9));
    }

    @Test
    void the_magnitude_deviates_and_stays_within_its_range() {
        List<Double> rises = operations(new RandAugment(9, 3)).stream()
                .flatMap(List::stream)
                .filter(Tone.Brightness.class::isInstance)
                .map(operation -> Math.abs(((Tone.Brightness) operation).factor() - 1) / 0.9 * 10)
                .toList();
        assertThat(rises)
                .hasSizeGreaterThan(500)
                .allSatisfy(rise -> assertThat(rise).isBetween(0.0, 10 + 1e-9));
        assertThat(rises.stream().filter(rise -> rise > 9.999).count() / (double) rises.size())
                .as("a third of a deviation above: 37 %%")
                .isCloseTo(0.37, within(0.06));
    }

    @Test
    void a_magnitude_of_nothing_is_no_operation_and_an_area_of_all_no_crop() {
        assertThat(operations(new RandAugment(0, 0.5)))
                .allSatisfy(each -> assertThat(each).isEmpty());
        Augmentation all = new Augmentation(1, new RandAugment(0, 0.5), 3);
        assertThat(all.view(true, Mirror.TOP_BOTTOM, new SplittableRandom(1)))
                .isEqualTo(View.whole(true, Mirror.TOP_BOTTOM));
        assertThat(all.showsAllInPlace()).isTrue();
        assertThat(new Augmentation(0.99, RandAugment.NONE, 1).showsAllInPlace())
                .isFalse();
        assertThat(new Augmentation(1, new RandAugment(1, 0), 1).showsAllInPlace())
                .isFalse();
    }

    @Test
    void what_cannot_be_is_refused_by_name() {
        assertThatThrownBy(() -> new Augmentation(0, RandAugment.NONE, 1)).hasMessageContaining("crop_area_min");
        assertThatThrownBy(() -> new Augmentation(1.01, RandAugment.NONE, 1)).hasMessageContaining("crop_area_min");
        assertThatThrownBy(() -> new Augmentation(1, RandAugment.NONE, 0))
                .hasMessageContaining("repeated_augmentation");
        assertThatThrownBy(() -> new RandAugment(10.1, 0)).hasMessageContaining("randaugment_magnitude");
        assertThatThrownBy(() -> new RandAugment(1, -1)).hasMessageContaining("randaugment_deviation");
    }

    @Test
    void boxes_follow_a_mirror_and_are_not_known_after_other_movements() {
        Labels known = new Labels(List.of(1), List.of(new LabelledBox(1, new Box(0.125, 0.25, 0.5, 0.375))));
        Labels mirrored = known.mirrored(Mirror.LEFT_RIGHT);
        List<Operation> inverted = List.of(new Tone.Invert());
        assertThat(View.whole(false, Mirror.LEFT_RIGHT).of(known)).isEqualTo(known);
        assertThat(new View(true, Mirror.LEFT_RIGHT, Crop.WHOLE, inverted).of(known))
                .isEqualTo(mirrored)
                .isNotEqualTo(known);
        assertThat(new View(true, Mirror.LEFT_RIGHT, new Crop(0, 0, 0.5, 1), inverted).of(known))
                .isEqualTo(new Labels(List.of(1), List.of()));
        assertThat(new View(false, Mirror.LEFT_RIGHT, Crop.WHOLE, List.of(new Movement(AffineMap.shift(0.5, 0))))
                        .of(known))
                .isEqualTo(new Labels(List.of(1), List.of()));
    }

    @Test
    void movements_follow_each_other_in_their_order() {
        View view = new View(
                true,
                Mirror.LEFT_RIGHT,
                new Crop(0.5, 0.25, 0.5, 0.25),
                List.of(
                        new Tone.Invert(),
                        new Movement(AffineMap.shift(0.25, 0)),
                        new Movement(AffineMap.shear(1, 0))));
        // What is seen at (x, y) was at (x + y, y) before it was sheared, at (x + y + 0.25, y) before it was shifted.
        assertThat(view.map()).isEqualTo(new AffineMap(-0.5, -0.5, 0.5 + 0.5 * 0.75, 0, 0.25, 0.25));
    }
}
