package io.deeptrain.worker.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.artifact.ImageAnswers.Answer;
import io.deeptrain.worker.artifact.ImageAnswers.Said;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnsweredImagesTest {
    private static final List<String> CONCEPTS = List.of("a", "b", "c", "d", "e", "f", "g");

    @TempDir
    Path scratch;

    private ImageSet images(List<String> concepts, int count) throws Exception {
        ImageSet images = new ImageSet(scratch, 1, concepts);
        for (int n = 0; n < count; n++) {
            images.add(
                    new ManifestEntry(
                            "input-" + n,
                            new StoredObject("key", "ab".repeat(32), 1),
                            List.of(concepts.getFirst(), concepts.getLast()),
                            List.of(),
                            Split.TEST),
                    new ImageDecoder.Pixels(new byte[3]));
        }
        return images;
    }

    @Test
    void the_five_highest_are_kept_and_of_equal_ones_the_first() throws Exception {
        try (ImageSet images = images(CONCEPTS, 2);
                AnsweredImages answered = new AnsweredImages(scratch, images, CONCEPTS)) {
            answered.begin();
            answered.add(new float[] {0.1f, 0.5f, 0.2f, 0.5f, 0.9f, 0.3f, 0.0f});
            answered.add(new float[] {0, 0, 0, 0, 0, 0, 0});
            assertThat(answered.count()).isEqualTo(2);
            assertThat(answered.answer(0))
                    .isEqualTo(new Answer(
                            "input-0",
                            List.of("a", "g"),
                            List.of(
                                    new Said("e", 0.9f),
                                    new Said("b", 0.5f),
                                    new Said("d", 0.5f),
                                    new Said("f", 0.3f),
                                    new Said("c", 0.2f))));
            assertThat(answered.answer(1).said()).extracting(Said::concept).containsExactly("a", "b", "c", "d", "e");
        }
    }

    @Test
    void of_fewer_concepts_all_are_kept() throws Exception {
        try (ImageSet images = images(List.of("a", "b"), 1);
                AnsweredImages answered = new AnsweredImages(scratch, images, List.of("a", "b"))) {
            answered.add(new float[] {0.25f, 0.75f});
            assertThat(answered.answer(0).said()).containsExactly(new Said("b", 0.75f), new Said("a", 0.25f));
        }
    }

    @Test
    void who_begins_anew_forgets_what_was_said_before() throws Exception {
        try (ImageSet images = images(CONCEPTS, 2);
                AnsweredImages answered = new AnsweredImages(scratch, images, CONCEPTS)) {
            answered.add(new float[] {1, 0, 0, 0, 0, 0, 0});
            answered.add(new float[] {1, 0, 0, 0, 0, 0, 0});
            answered.begin();
            answered.add(new float[] {0, 0, 1, 0, 0, 0, 0});
            assertThat(answered.count()).isEqualTo(1);
            assertThat(answered.answer(0).said().getFirst()).isEqualTo(new Said("c", 1));
        }
    }
}
