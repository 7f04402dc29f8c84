package io.deeptrain.worker.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.LabelledRegion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.augmentation.View;
import io.deeptrain.worker.detection.Box;
import io.deeptrain.worker.objective.Labels;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import io.deeptrain.worker.objective.Mirror;
import io.deeptrain.worker.objective.Targets;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSetTest {
    private static final StoredObject IMAGE = new StoredObject("image", "ab".repeat(32), 1);

    @TempDir
    Path folder;

    private final List<Labels> seen = new ArrayList<>();
    private final Targets noting = new Targets() {
        @Override
        public int perImage() {
            return 2;
        }

        @Override
        public void write(Labels labels, FloatBuffer into, int at) {
            seen.add(labels);
            into.put(at, 7);
        }
    };

    private ImageSet images() throws IOException {
        ImageSet images = new ImageSet(folder, 2, List.of("cat", "dog", "owl"));
        images.add(
                new ManifestEntry(
                        "one",
                        IMAGE,
                        List.of("dog", "cat", "cow"),
                        List.of(),
                        List.of(
                                new LabelledRegion("dog", 0.125, 0.25, 0.5, 0.375),
                                new LabelledRegion("cow", 0, 0, 1, 1)),
                        Split.TRAIN),
                new ImageDecoder.Pixels(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
        return images;
    }

    @Test
    void labels_are_positions_of_the_trainings_concepts_and_others_are_no_evidence() throws IOException {
        try (ImageSet images = images()) {
            assertThat(images.labels(0))
                    .isEqualTo(
                            new Labels(List.of(0, 1), List.of(new LabelledBox(1, new Box(0.125, 0.25, 0.5, 0.375)))));
            assertThat(images.unseen()).isEqualTo(Set.of(2));
            assertThat(images.imagesOfConcepts()).isEqualTo(List.of(1, 1, 0));
            assertThat(images.imagesOfNone()).isZero();
        }
    }

    @Test
    void an_image_that_shows_none_of_the_concepts_is_counted_as_such() throws IOException {
        try (ImageSet images = images()) {
            images.add(
                    new ManifestEntry("none", IMAGE, List.of("bird"), List.of("cat"), Split.TRAIN),
                    new ImageDecoder.Pixels(new byte[12]));
            assertThat(images.imagesOfConcepts()).isEqualTo(List.of(1, 1, 0));
            assertThat(images.imagesOfNone()).isEqualTo(1);
        }
    }

    @Test
    void boxes_are_mirrored_with_their_image() throws IOException {
        try (ImageSet images = images()) {
            Batch batch = images.batch(
                    new int[] {0, 0},
                    List.of(View.whole(false, Mirror.LEFT_RIGHT), View.whole(true, Mirror.LEFT_RIGHT)),
                    noting);
            byte[] pixels = new byte[24];
            batch.pixels().bytes().get(pixels);
            assertThat(pixels)
                    .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11);
            assertThat(seen)
                    .containsExactly(
                            new Labels(List.of(0, 1), List.of(new LabelledBox(1, new Box(0.125, 0.25, 0.5, 0.375)))),
                            new Labels(List.of(0, 1), List.of(new LabelledBox(1, new Box(0.125, 0.625, 0.5, 0.75)))));
            assertThat(batch.targets().array()).containsExactly(7, 0, 7, 0);
        }
    }

    @Test
    void images_that_are_kept_finer_are_dealt_and_measured_in_the_size_that_the_network_sees() throws IOException {
        try (ImageSet images = new ImageSet(folder, 4, 2, List.of("cat"))) {
            byte[] kept = new byte[48];
            for (int n = 0; n < kept.length; n++) {
                kept[n] = (byte) (n % 4 / 2 * 100 + n % 2 * 10);
            }
            images.add(
                    new ManifestEntry("fine", IMAGE, List.of("cat"), List.of(), Split.TRAIN),
                    new ImageDecoder.Pixels(kept));
            assertThat(images.keptSide()).isEqualTo(4);
            assertThat(images.imageBytes()).isEqualTo(12);
            byte[] pixels = new byte[12];
            Pixels measured = images.pixels(new int[] {0});
            assertThat(measured.size()).isEqualTo(2);
            measured.bytes().get(pixels);
            assertThat(pixels).containsExactly(5, 105, 5, 105, 5, 105, 5, 105, 5, 105, 5, 105);
            Batch batch = images.batch(new int[] {0}, List.of(View.whole(true, Mirror.LEFT_RIGHT)), noting);
            assertThat(batch.pixels().size()).isEqualTo(2);
            batch.pixels().bytes().get(pixels);
            assertThat(pixels).containsExactly(105, 5, 105, 5, 105, 5, 105, 5, 105, 5, 105, 5);
        }
    }

    @Test
    void top_and_bottom_change_places_too_if_that_is_asked_for() throws IOException {
        try (ImageSet images = images()) {
            Batch batch = images.batch(new int[] {0}, List.of(View.whole(true, Mirror.TOP_BOTTOM)), noting);
            byte[] pixels = new byte[12];
            batch.pixels().bytes().get(pixels);
            assertThat(pixels).containsExactly(3, 4, 1, 2, 7, 8, 5, 6, 11, 12, 9, 10);
            assertThat(seen)
                    .containsExactly(
                            new Labels(List.of(0, 1), List.of(new LabelledBox(1, new Box(0.5, 0.25, 0.875, 0.375)))));
        }
    }
}
