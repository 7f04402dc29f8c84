package io.deeptrain.worker.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NegativesTest {
    @Test
    void they_are_images_of_that_size_all_different_and_the_same_for_the_same_seed() {
        List<byte[]> images = Negatives.images(33, 7);
        assertThat(images)
                .hasSize(Negatives.IMAGES)
                .doesNotHaveDuplicates()
                .allSatisfy(image -> assertThat(image).hasSize(3 * 33 * 33));
        assertThat(Negatives.images(33, 7)).usingRecursiveComparison().isEqualTo(images);
        assertThat(Negatives.images(33, 8).getFirst()).isNotEqualTo(images.getFirst());
    }
}
