package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.StoredObject;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.template.Template;
import io.deeptrain.template.TemplateCatalogue;
import io.deeptrain.worker.detection.AnchorSettings;
import io.deeptrain.worker.detection.PointSettings;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Embeddings;
import io.deeptrain.worker.network.FeaturePyramid;
import io.deeptrain.worker.network.Layer.DropPath;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Shapes;
import io.deeptrain.worker.network.ValueShape;
import io.deeptrain.worker.objective.Objective;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PurposeTest {
    private static TrainingSpec spec(Template template, Map<String, Object> given) {
        Map<String, Object> hyperparameters = new TreeMap<>();
        template.hyperparameters().forEach(each -> hyperparameters.put(each.name(), each.defaultValue()));
        hyperparameters.putAll(given);
        return given(TemplateCatalogue.VISUAL_EMBEDDER, template.id(), hyperparameters);
    }

    private static TrainingSpec given(String modelType, String template, Map<String, Object> hyperparameters) {
        return new TrainingSpec(
                modelType,
                template,
                hyperparameters,
                List.of("cat", "dog"),
                new StoredObject("manifest", "a".repeat(64), 1),
                2,
                5,
                1,
                42);
    }

    private static List<Template> embedders() {
        return TemplateCatalogue.modelType(TemplateCatalogue.VISUAL_EMBEDDER)
                .orElseThrow()
                .templates();
    }

    @Test
    void the_worker_trains_exactly_the_embedders_that_the_catalogue_calls_runnable() {
        for (Template template : embedders()) {
            TrainingSpec spec = spec(template, Map.of());
            assertThat(Purpose.isKnown(spec)).as(template.id()).isEqualTo(template.runnable());
            TrainingPlan plan = TrainingPlan.of(spec);
            Network network = Purpose.network(spec, plan.imageSize()).orElseThrow();
            assertThat(network.outputs()).as(template.id()).containsKey(Network.EMBEDDING);
            assertThat(network.concepts()).isEqualTo(2);
        }
    }

    @Test
    void scale_margin_and_size_of_the_angular_margin_are_the_hyperparameters() {
        Template angular = embedders().getLast();
        TrainingSpec spec = spec(angular, Map.of("angular_scale", 32L, "angular_margin", 0.3, "embeddings_size", 128L));
        assertThat(TrainingPlan.of(spec).objective()).isEqualTo(new Objective.AngularMargin(32, 0.3));
        assertThat(Purpose.network(spec, 64)).map(Embeddings::size).contains(128);
        assertThat(Purpose.network(spec, 64)).map(Network::architecture).contains("resnet-50-angular-128");
    }

    @Test
    void the_other_embedders_learn_to_tell_concepts_apart_as_logreg_says() {
        Template other = embedders().getFirst();
        assertThat(TrainingPlan.of(spec(other, Map.of("logreg", 1L))).objective())
                .isEqualTo(new Objective.Placement(Activation.SIGMOID));
        assertThat(TrainingPlan.of(spec(other, Map.of("logreg", 0L))).objective())
                .isEqualTo(new Objective.Placement(Activation.SOFTMAX));
    }

    @Test
    void what_is_not_given_is_as_the_template_has_it() {
        TrainingSpec angular =
                given(TemplateCatalogue.VISUAL_EMBEDDER, embedders().getLast().id(), Map.of());
        assertThat(TrainingPlan.of(angular).objective()).isEqualTo(new Objective.AngularMargin(64, 0.5));
        assertThat(Purpose.network(angular, 64)).map(Embeddings::size).contains(512);
        TrainingSpec detector = given(
                TemplateCatalogue.VISUAL_DETECTOR,
                "DeepTrain_SmallDetector",
                Map.of("anchor_ratios", List.of(1.0), "detection_score_threshold", 0.5));
        assertThat(TrainingPlan.of(detector).objective())
                .isEqualTo(new Objective.ObjectDetection(new AnchorSettings(List.of(1.0), true, false, 0.5)));
        TrainingSpec anchorFree = given(TemplateCatalogue.VISUAL_DETECTOR, "DeepTrain_AnchorFreeDetector", Map.of());
        assertThat(TrainingPlan.of(anchorFree).objective())
                .isEqualTo(new Objective.ObjectDetection(new PointSettings(0.2)));
        assertThat(Purpose.network(anchorFree, 64)).map(Network::architecture).contains("fcos-small");
    }

    @Test
    void the_image_size_decides_which_network_it_is_and_how_many_places_a_detector_looks_at() {
        assertThat(List.of(64L, 128L))
                .extracting(size -> network(given(
                                TemplateCatalogue.VISUAL_CLASSIFIER,
                                "Clarifai_InceptionTransferEmbedNorm",
                                Map.of("image_size", size)))
                        .architecture())
                .containsExactly("inception-v3-padded", "inception-v3");
        assertThat(List.of(64L, 128L))
                .extracting(size -> places(given(
                        TemplateCatalogue.VISUAL_DETECTOR, "DeepTrain_SmallDetector", Map.of("image_size", size))))
                .containsExactly(List.of(8, 4, 2, 1, 1), List.of(16, 8, 4, 2, 1));
    }

    private static Network network(TrainingSpec spec) {
        return Purpose.network(spec, TrainingPlan.of(spec).imageSize()).orElseThrow();
    }

    /** Rows of each level, which are as many as its columns. */
    private static List<Integer> places(TrainingSpec detector) {
        return FeaturePyramid.sides(network(detector), TrainingPlan.of(detector).imageSize());
    }

    @Test
    void how_a_detector_weighs_its_examples_and_whether_each_concept_has_its_own_boxes_is_as_asked_for() {
        for (boolean focal : List.of(true, false)) {
            for (boolean perClass : List.of(true, false)) {
                TrainingSpec detector = given(
                        TemplateCatalogue.VISUAL_DETECTOR,
                        "Clarifai_InceptionV2",
                        Map.of("use_focal_loss", focal, "use_perclass_regression", perClass));
                assertThat(TrainingPlan.of(detector).objective())
                        .isEqualTo(new Objective.ObjectDetection(
                                new AnchorSettings(List.of(0.5, 1.0, 2.0), focal, perClass, 0.2)));
                assertThat(boxesOfAPixel(detector)).isEqualTo(3 * 3 * (perClass ? 2 : 1));
            }
        }
    }

    /** Three ratios in three scales, of one set or of one for each of the two concepts. */
    private static int boxesOfAPixel(TrainingSpec detector) {
        Network network = network(detector);
        ValueShape answered = Shapes.of(network, 64, 64).get(network.output("boxes.p3"));
        return ((ValueShape.Maps) answered).channels() / 4;
    }

    @Test
    void units_are_left_out_of_the_network_as_often_as_asked_for_and_only_of_the_template_with_the_recipe() {
        assertThat(dropPathRates("MMClassification_ResNet_50_RSB_A1", Map.of()))
                .hasSize(16)
                .endsWith(0.05);
        assertThat(dropPathRates("MMClassification_ResNet_50_RSB_A1", Map.of("drop_path_rate", 0.5)))
                .endsWith(0.5);
        assertThat(dropPathRates("MMClassification_ResNet_50_RSB_A1", Map.of("drop_path_rate", 0.0)))
                .isEmpty();
        assertThat(dropPathRates("MMClassification_ResNet_50", Map.of())).isEmpty();
    }

    private static List<Double> dropPathRates(String template, Map<String, Object> given) {
        return network(given(TemplateCatalogue.VISUAL_CLASSIFIER, template, given)).nodes().stream()
                .flatMap(node -> node.layer() instanceof DropPath(var _, double rate) ? Stream.of(rate) : Stream.of())
                .toList();
    }

    @Test
    void a_template_that_this_worker_does_not_train_has_no_network() {
        assertThat(Purpose.network(given(TemplateCatalogue.VISUAL_DETECTOR, "MMDetection_SSD", Map.of()), 64))
                .isEmpty();
    }
}
