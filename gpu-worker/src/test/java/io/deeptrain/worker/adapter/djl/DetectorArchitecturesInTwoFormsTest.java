package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.template.ModelType;
import io.deeptrain.template.Template;
import io.deeptrain.template.TemplateCatalogue;
import io.deeptrain.worker.detection.DetectorKinds;
import io.deeptrain.worker.network.DetectorArchitectures;
import io.deeptrain.worker.network.DetectorHead;
import io.deeptrain.worker.network.FeaturePyramid;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetectorArchitecturesInTwoFormsTest {
    private static Network network(String template, int concepts, boolean perClassRegression) {
        return DetectorArchitectures.ofTemplate(
                        template,
                        concepts,
                        DetectorKinds.of(template, perClassRegression).head(concepts))
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DeepTrain_SmallDetector", "DeepTrain_AnchorFreeDetector"})
    void a_pyramid_with_heads_is_the_same_in_both_forms(String template) throws Exception {
        Network network = network(template, 2, true);
        TwoForms.requireAgreement(network, InitialWeights.of(network, 3, Set.of()), 2, 96);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Clarifai_InceptionV2", "Clarifai_InceptionV4"})
    void a_pyramid_on_a_large_backbone_is_the_same_in_both_forms(String template) throws Exception {
        Network network = network(template, 2, false);
        TwoForms.requireAgreement(network, TwoFormsTest.stirred(network), 1, 64);
    }

    @Test
    void every_backbone_has_maps_that_are_8_to_128_times_smaller_than_the_image() {
        for (String template : DetectorArchitectures.templates()) {
            Network network = network(template, 3, false);
            assertThat(FeaturePyramid.sides(network, 512)).as(template).isEqualTo(List.of(64, 32, 16, 8, 4));
            assertThat(FeaturePyramid.sides(network, 96)).as(template).isEqualTo(List.of(12, 6, 3, 2, 1));
        }
    }

    @Test
    void a_template_has_no_network_with_a_head_of_the_other_kind() {
        assertThat(DetectorArchitectures.ofTemplate("DeepTrain_SmallDetector", 2, new DetectorHead.AnchorFree()))
                .isEmpty();
        assertThat(DetectorArchitectures.named("fcos-small", 2, new DetectorHead.Anchored(9, 1)))
                .isEmpty();
        assertThat(DetectorArchitectures.named("fcos-small", 2, new DetectorHead.AnchorFree()))
                .isPresent();
    }

    /** One tower each of two layers, and so many numbers at each pixel: two concepts, a box, and how central it is. */
    @Test
    void an_anchor_free_head_is_smaller_than_one_with_anchors() {
        long tower = 2 * (64 * 64 * 9 + 64);
        long head = network("DeepTrain_AnchorFreeDetector", 2, false).tensors().stream()
                .filter(tensor -> tensor.name().startsWith("head."))
                .mapToLong(tensor ->
                        tensor.shape().stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact))
                .sum();
        assertThat(head).isEqualTo(2 * tower + (2 + 4 + 1) * (64 * 9 + 1));
    }

    @Test
    void the_catalogue_calls_those_detectors_runnable_that_the_worker_trains() {
        assertThat(TemplateCatalogue.modelType("visual-detector").map(ModelType::templates).orElseThrow().stream()
                        .filter(Template::runnable)
                        .map(Template::id))
                .containsExactlyInAnyOrderElementsOf(DetectorArchitectures.templates());
    }
}
