package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.template.ModelType;
import io.deeptrain.template.Template;
import io.deeptrain.template.TemplateCatalogue;
import io.deeptrain.worker.network.DetectorArchitectures;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.RetinaNet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DetectorArchitecturesInTwoFormsTest {
    @Test
    void a_pyramid_with_heads_is_the_same_in_both_forms() throws Exception {
        Network network = DetectorArchitectures.ofTemplate("DeepTrain_SmallDetector", 2, 9, 2)
                .orElseThrow();
        TwoForms.requireAgreement(network, InitialWeights.of(network, 3, Set.of()), 2, 96);
    }

    @Test
    void every_backbone_has_maps_that_are_8_to_128_times_smaller_than_the_image() {
        for (String template : DetectorArchitectures.templates()) {
            Network network =
                    DetectorArchitectures.ofTemplate(template, 3, 9, 1).orElseThrow();
            assertThat(RetinaNet.sides(network, 512)).as(template).isEqualTo(List.of(64, 32, 16, 8, 4));
            assertThat(RetinaNet.sides(network, 96)).as(template).isEqualTo(List.of(12, 6, 3, 2, 1));
        }
    }

    @Test
    void the_catalogue_calls_those_detectors_runnable_that_the_worker_trains() {
        assertThat(TemplateCatalogue.modelType("visual-detector").map(ModelType::templates).orElseThrow().stream()
                        .filter(Template::runnable)
                        .map(Template::id))
                .containsExactlyInAnyOrderElementsOf(DetectorArchitectures.templates());
    }
}
