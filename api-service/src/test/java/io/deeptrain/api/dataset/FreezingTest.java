package io.deeptrain.api.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.dataset.Freezing.Frozen;
import io.deeptrain.api.dataset.Freezing.NoImages;
import io.deeptrain.api.dataset.Freezing.NoPositives;
import io.deeptrain.api.input.BoundingBox;
import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.input.Region;
import io.deeptrain.event.Footage;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.LabelledRegion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import io.deeptrain.video.Clip;
import io.deeptrain.video.VideoLimits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreezingTest {
    private static final List<String> CAT_AND_DOG = List.of("cat", "dog");

    /** The checksum of this id ends in 0, as that of input-48 does. */
    private static final String FOR_TEST = "input-8";

    private static final String FOR_TRAINING = "input-1";

    private static final BoundingBox LEFT = new BoundingBox(0, 0, 1, 0.5f);
    private static final BoundingBox RIGHT = new BoundingBox(0, 0.5f, 1, 1);

    @Test
    void an_image_is_listed_with_the_labels_that_the_model_knows_in_their_order() {
        LabelledImage image = image(FOR_TRAINING, yes("dog"), no("cat"), yes("tree"), no("house"));
        LabelledImage both = image("both", yes("dog"), yes("cat"));

        assertThat(Freezing.of(List.of(image, both), CAT_AND_DOG, Evidence.IMAGE_LABELS))
                .isEqualTo(new Frozen(List.of(
                        entry(image, List.of("dog"), List.of("cat"), Split.TRAIN),
                        entry(both, List.of("cat", "dog"), List.of(), Split.TRAIN))));
    }

    @Test
    void an_image_that_says_nothing_about_the_concepts_is_left_out() {
        LabelledImage cat = image("a", yes("cat"));
        LabelledImage tree = image("b", yes("tree"));
        LabelledImage nothing = image("c");

        assertThat(Freezing.of(List.of(tree, cat, nothing), List.of("cat"), Evidence.IMAGE_LABELS))
                .isEqualTo(new Frozen(List.of(entry(cat, List.of("cat"), List.of(), Split.TRAIN))));
    }

    /** A video is one entry, so that no frame of it is on the other side. */
    @Test
    void a_video_is_listed_with_what_is_looked_at_of_it_and_is_for_the_test_by_its_id() {
        LabelledImage first = video("first", 4_500, yes("cat"));
        LabelledImage second = video(FOR_TEST, 600_000, yes("cat"), no("dog"));

        assertThat(Freezing.of(List.of(first, second), List.of("cat"), Evidence.IMAGE_LABELS))
                .isEqualTo(new Frozen(List.of(
                        new ManifestEntry(
                                "first",
                                object("first"),
                                Optional.of(new Footage(4_500, 1000)),
                                List.of("cat"),
                                List.of(),
                                List.of(),
                                Split.TRAIN),
                        new ManifestEntry(
                                FOR_TEST,
                                object(FOR_TEST),
                                Optional.of(new Footage(600_000, 18_750)),
                                List.of("cat"),
                                List.of(),
                                List.of(),
                                Split.TEST))));
    }

    @Test
    void the_longest_video_is_not_looked_at_less_often_than_a_video_can_be() {
        assertThat(VideoLimits.problemOfSampling(
                        Footage.of(VideoLimits.DURATION_MAX.toMillis()).everyMillis()))
                .isEmpty();
        assertThat(Footage.FRAMES_MAX).isLessThanOrEqualTo(VideoLimits.MOMENTS_MAX);
    }

    @Test
    void without_an_image_of_any_concept_there_is_no_dataset() {
        assertThat(Freezing.of(List.of(), CAT_AND_DOG, Evidence.IMAGE_LABELS)).isEqualTo(new NoImages());
        assertThat(Freezing.of(List.of(image("a", yes("tree")), image("b")), CAT_AND_DOG, Evidence.IMAGE_LABELS))
                .isEqualTo(new NoImages());
    }

    @Test
    void every_concept_must_be_shown_by_an_image() {
        List<LabelledImage> images = List.of(image("a", no("dog"), no("bird")), image("b", yes("cat")));

        assertThat(Freezing.of(images, List.of("dog", "cat", "bird"), Evidence.IMAGE_LABELS))
                .isEqualTo(new NoPositives(List.of("dog", "bird")));
    }

    @Test
    void the_first_image_that_shows_a_concept_is_for_training_whatever_its_id() {
        LabelledImage first = image(FOR_TEST, yes("cat"));
        LabelledImage firstDog = image("input-48", yes("cat"), yes("dog"));

        assertThat(splits(List.of(first, firstDog), CAT_AND_DOG).values()).containsOnly(Split.TRAIN);
    }

    @Test
    void a_later_image_goes_where_its_id_says_also_if_it_shows_nothing() {
        LabelledImage first = image("first", yes("cat"));

        assertThat(splits(List.of(first, image(FOR_TEST, yes("cat"))), List.of("cat")))
                .containsEntry(FOR_TEST, Split.TEST);
        assertThat(splits(List.of(first, image(FOR_TEST, no("cat"))), List.of("cat")))
                .containsEntry(FOR_TEST, Split.TEST);
        assertThat(splits(List.of(first, image(FOR_TRAINING, yes("cat"))), List.of("cat")))
                .containsEntry(FOR_TRAINING, Split.TRAIN);
    }

    @Test
    void one_image_of_ten_is_for_the_test() {
        long forTest = splits(images(10_000), List.of("cat")).values().stream()
                .filter(Split.TEST::equals)
                .count();

        assertThat(forTest).isBetween(900L, 1_100L);
    }

    /** But for the first of each, the split does not depend on what else is there. */
    @Test
    void an_image_that_one_version_was_tested_on_is_not_trained_on_by_the_next() {
        List<LabelledImage> few = images(500);
        List<LabelledImage> more = new ArrayList<>(images(1_000));
        Collections.reverse(more.subList(1, more.size()));
        Map<String, Split> before = splits(few, List.of("cat"));
        Map<String, Split> after = splits(more, List.of("cat"));

        assertThat(after).containsAllEntriesOf(before).containsValue(Split.TEST);
    }

    @Test
    void a_detector_learns_from_the_regions_that_show_its_concepts() {
        LabelledImage pets =
                imageOf("a", List.of(), region("1", LEFT, yes("dog"), yes("tree")), region("2", RIGHT, yes("cat")));

        assertThat(Freezing.of(List.of(pets), CAT_AND_DOG, Evidence.REGION_LABELS))
                .isEqualTo(new Frozen(List.of(new ManifestEntry(
                        "a",
                        object("a"),
                        List.of("cat", "dog"),
                        List.of(),
                        List.of(new LabelledRegion("dog", 0, 0, 1, 0.5), new LabelledRegion("cat", 0, 0.5, 1, 1)),
                        Split.TRAIN))));
    }

    @Test
    void a_label_of_the_whole_image_does_not_tell_a_detector_where() {
        LabelledImage somewhere = image("a", yes("cat"), yes("dog"));

        assertThat(Freezing.of(List.of(somewhere), CAT_AND_DOG, Evidence.REGION_LABELS))
                .isEqualTo(new NoImages());
    }

    @Test
    void a_detector_learns_from_an_image_that_shows_none_what_it_must_not_find() {
        LabelledImage cat = imageOf("a", List.of(no("cat"), no("dog")), region("1", LEFT, yes("cat")));
        LabelledImage empty = image("b", no("cat"));

        assertThat(Freezing.of(List.of(cat, empty), List.of("cat"), Evidence.REGION_LABELS))
                .isEqualTo(new Frozen(List.of(
                        new ManifestEntry(
                                "a",
                                object("a"),
                                List.of("cat"),
                                List.of(),
                                List.of(new LabelledRegion("cat", 0, 0, 1, 0.5)),
                                Split.TRAIN),
                        entry(empty, List.of(), List.of("cat"), Split.TRAIN))));
    }

    @Test
    void a_region_that_does_not_show_a_concept_does_not_teach_it() {
        LabelledImage image = imageOf("a", List.of(), region("1", LEFT, no("cat")), region("2", RIGHT, yes("dog")));

        assertThat(Freezing.of(List.of(image), CAT_AND_DOG, Evidence.REGION_LABELS))
                .isEqualTo(new NoPositives(List.of("cat")));
    }

    private static Map<String, Split> splits(List<LabelledImage> images, List<String> concepts) {
        Map<String, Split> splits = new HashMap<>();
        assertThat(Freezing.of(images, concepts, Evidence.IMAGE_LABELS))
                .isInstanceOfSatisfying(
                        Frozen.class,
                        frozen -> frozen.entries().forEach(entry -> splits.put(entry.inputId(), entry.split())));
        return splits;
    }

    private static List<LabelledImage> images(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> image("input-" + i, yes("cat")))
                .toList();
    }

    private static LabelledImage image(String id, Label... labels) {
        return imageOf(id, List.of(labels));
    }

    private static Region region(String id, BoundingBox box, Label... labels) {
        return new Region(id, box, List.of(labels));
    }

    private static LabelledImage video(String id, long millis, Label... labels) {
        return input(id, Optional.of(new Clip("animated GIF", 8, 8, 90, millis)), List.of(labels));
    }

    private static LabelledImage imageOf(String id, List<Label> labels, Region... regions) {
        return input(id, Optional.empty(), labels, regions);
    }

    private static LabelledImage input(String id, Optional<Clip> video, List<Label> labels, Region... regions) {
        return new LabelledImage(
                id,
                object(id),
                video,
                "",
                "{}",
                Optional.empty(),
                labels,
                List.of(regions),
                List.of(),
                Instant.EPOCH,
                Instant.EPOCH);
    }

    private static StoredObject object(String id) {
        return new StoredObject("inputs/" + id, "a".repeat(64), 3);
    }

    private static ManifestEntry entry(
            LabelledImage image, List<String> positives, List<String> negatives, Split split) {
        return new ManifestEntry(image.id(), image.image(), positives, negatives, split);
    }

    private static Label yes(String concept) {
        return new Label(concept, true);
    }

    private static Label no(String concept) {
        return new Label(concept, false);
    }
}
