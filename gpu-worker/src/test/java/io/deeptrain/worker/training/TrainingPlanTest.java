package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.event.StoredObject;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.template.Hyperparameter;
import io.deeptrain.template.ModelType;
import io.deeptrain.template.Template;
import io.deeptrain.template.TemplateCatalogue;
import io.deeptrain.worker.augmentation.Augmentation;
import io.deeptrain.worker.augmentation.RandAugment;
import io.deeptrain.worker.learning.Optimizer;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.Part;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.objective.Mirror;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.training.RateSchedule.WarmUp;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingPlanTest {
    private static final String CIFAR = "classification_cifar10_v1";
    private static final String RSB = "MMClassification_ResNet_50_RSB_A1";
    private static final String RESNET = "MMClassification_ResNet_50";
    private static final String BASE_MODEL = "classification_basemodel_v1";
    private static final String TRANSFER = "Clarifai_InceptionTransferEmbedNorm";

    private static final Objective SOFTMAX = new Objective.Classification(Activation.SOFTMAX);
    private static final Objective SIGMOID = new Objective.Classification(Activation.SIGMOID);

    private static TrainingPlan plan(String template, Map<String, Object> given) {
        return TrainingPlan.of(new TrainingSpec(
                TemplateCatalogue.VISUAL_CLASSIFIER,
                template,
                given,
                List.of("cat"),
                new StoredObject("manifest", "a".repeat(64), 1),
                1,
                5,
                1,
                42));
    }

    @Test
    void what_was_asked_for_is_what_is_planned() {
        Map<String, Object> given = Map.of(
                "image_size", 64L,
                "batch_size", 10L,
                "num_epochs", 7L,
                "per_item_lrate", 0.01,
                "logreg", 1L,
                "average_horizontal_flips", true,
                "num_items_per_epoch", 30L,
                "early_stopping_patience", 3L);
        assertThat(plan(CIFAR, given))
                .isEqualTo(new TrainingPlan(
                        64,
                        10,
                        7,
                        30,
                        1,
                        3,
                        new RateSchedule.Cosine(0.1, 0, new WarmUp.Twentieth()),
                        new Optimizer.Momentum(0.9, 5e-4),
                        SIGMOID,
                        new Flips(0.5, Mirror.LEFT_RIGHT),
                        Augmentation.NONE,
                        1,
                        0,
                        "None",
                        Regularisation.NONE,
                        42));
    }

    @Test
    void the_test_images_are_looked_at_as_often_as_asked_for_or_each_epoch_by_who_waits_for_the_best() {
        assertThat(plan(CIFAR, Map.of()).patience()).isZero();
        assertThat(plan(CIFAR, Map.of()).epochsBetweenTests()).isZero();
        assertThat(plan(CIFAR, Map.of("early_stopping_patience", 1L)).epochsBetweenTests())
                .isEqualTo(1);
        assertThat(plan("Clarifai_InceptionResnetV2", Map.of("test_freq", 4L, "early_stopping_patience", 1L))
                        .epochsBetweenTests())
                .isEqualTo(4);
    }

    @Test
    void what_was_not_asked_for_is_what_the_catalogue_says() {
        TrainingPlan plan = plan(RSB, Map.of());
        assertThat(plan.imageSize()).isEqualTo(224);
        assertThat(plan.batchSize()).isEqualTo(64);
        assertThat(plan.epochs()).isEqualTo(60);
        assertThat(plan.rates()).isEqualTo(new RateSchedule.Cosine(0.00125, 1e-6, new WarmUp.Updates(100, 0.0001)));
        assertThat(plan.optimizer()).isEqualTo(new Optimizer.Lamb(0.01));
        assertThat(plan.objective()).isEqualTo(SIGMOID);
        assertThat(plan.flips()).isEqualTo(new Flips(0.5, Mirror.LEFT_RIGHT));
        assertThat(plan.recipe().gradientNormMax()).isEqualTo(1);
    }

    @Test
    void a_rate_is_given_as_it_is_or_for_an_image_or_for_128_images() {
        assertThat(plan(TRANSFER, Map.of("lrate", 0.3)).rates().rate()).isEqualTo(0.3);
        assertThat(plan(CIFAR, Map.of("per_item_lrate", 0.002, "batch_size", 50L))
                        .rates()
                        .rate())
                .isEqualTo(0.1);
        assertThat(plan("Clarifai_InceptionResnetV2", Map.of("per_128_lrate", 0.2, "batch_size", 32L))
                        .rates()
                        .rate())
                .isEqualTo(0.05);
    }

    @Test
    void the_rate_falls_after_the_first_epochs_and_then_every_few() {
        TrainingPlan plan = plan(
                "Clarifai_ResNext",
                Map.of(
                        "per_item_lrate",
                        0.01,
                        "batch_size",
                        10L,
                        "init_epochs",
                        3L,
                        "step_epochs",
                        2L,
                        "num_epochs",
                        8L));
        assertThat(plan.rates()).isEqualTo(new RateSchedule.Steps(0.1, List.of(3, 5, 7)));
        Schedule schedule = new Schedule(plan, 100);
        assertThat(schedule.learningRateOf(0)).isEqualTo(0.1);
        assertThat(schedule.learningRateOf(29)).isEqualTo(0.1);
        assertThat(schedule.learningRateOf(30)).isCloseTo(0.01, within(1e-12));
        assertThat(schedule.learningRateOf(50)).isCloseTo(0.001, within(1e-12));
        assertThat(schedule.learningRateOf(79)).isCloseTo(0.0001, within(1e-12));
    }

    @Test
    void the_rate_falls_after_the_epochs_that_are_named() {
        TrainingPlan plan = plan(RESNET, Map.of("learning_rate_steps", List.of(1.0, 3.0), "batch_size", 10L));
        assertThat(plan.rates()).isEqualTo(new RateSchedule.Steps(0.00390625, List.of(1, 3)));
        assertThat(plan(RESNET, Map.of()).rates()).isEqualTo(new RateSchedule.Steps(0.025, List.of(30, 40, 50)));
    }

    @Test
    void the_rate_climbs_from_a_share_and_ends_at_the_least() {
        TrainingPlan plan = plan(
                RSB,
                Map.of(
                        "batch_size",
                        10L,
                        "num_epochs",
                        10L,
                        "per_item_lrate",
                        0.1,
                        "per_item_min_lrate",
                        0.01,
                        "warmup_iters",
                        4L,
                        "warmup_ratio",
                        0.2));
        Schedule schedule = new Schedule(plan, 100);
        assertThat(schedule.learningRateOf(0)).isCloseTo(0.2, within(1e-9));
        assertThat(schedule.learningRateOf(2)).isCloseTo(0.6, within(1e-3));
        assertThat(schedule.learningRateOf(50)).isCloseTo(0.55, within(1e-9));
        assertThat(schedule.learningRateOf(99)).isBetween(0.1, 0.101);
    }

    @Test
    void a_warm_up_over_no_update_is_none() {
        assertThat(new WarmUp.Updates(0, 0.1).shareAt(0, 10)).isEqualTo(1);
    }

    @Test
    void momentum_and_weight_decay_are_those_asked_for() {
        assertThat(plan(RESNET, Map.of("momentum", 0.8, "weight_decay", 0.3)).optimizer())
                .isEqualTo(new Optimizer.Momentum(0.8, 0.3));
        assertThat(plan(RSB, Map.of("weight_decay", 0.3)).optimizer()).isEqualTo(new Optimizer.Lamb(0.3));
    }

    @Test
    void concepts_exclude_each_other_if_either_name_says_so() {
        assertThat(plan(CIFAR, Map.of("logreg", 0L)).objective()).isEqualTo(SOFTMAX);
        assertThat(plan(CIFAR, Map.of("logreg", 1L)).objective()).isEqualTo(SIGMOID);
        assertThat(plan(RSB, Map.of("concepts_mutually_exclusive", true)).objective())
                .isEqualTo(SOFTMAX);
    }

    @Test
    void images_are_flipped_as_often_and_along_the_axis_that_was_asked_for() {
        assertThat(plan(RSB, Map.of("flip_probability", 0.1, "flip_direction", "vertical"))
                        .flips())
                .isEqualTo(new Flips(0.1, Mirror.TOP_BOTTOM));
        assertThat(plan(CIFAR, Map.of("average_horizontal_flips", false)).flips())
                .isEqualTo(Flips.NONE);
    }

    /** Wightman et al. 2021, procedure A1. */
    @Test
    void batches_are_mixed_labels_smoothed_and_units_left_out_as_the_recipe_says_or_as_asked_for() {
        assertThat(plan(RSB, Map.of()).regularisation()).isEqualTo(new Regularisation(new Mixing(0.2, 1), 0.1, 0.05));
        assertThat(plan(
                                RSB,
                                Map.of(
                                        "mixup_alpha",
                                        0.4,
                                        "cutmix_alpha",
                                        0.5,
                                        "label_smoothing",
                                        0.2,
                                        "drop_path_rate",
                                        0.3))
                        .regularisation())
                .isEqualTo(new Regularisation(new Mixing(0.4, 0.5), 0.2, 0.3));
        for (String template : Architectures.templates()) {
            if (!template.equals(RSB)) {
                assertThat(plan(template, Map.of()).regularisation())
                        .as(template)
                        .isEqualTo(Regularisation.NONE);
            }
        }
    }

    @Test
    void only_classifiers_of_whole_images_mix_their_batches() {
        for (String modelType : List.of(TemplateCatalogue.VISUAL_DETECTOR, TemplateCatalogue.VISUAL_EMBEDDER)) {
            TrainingSpec asked = new TrainingSpec(
                    modelType,
                    "Clarifai_InceptionV2",
                    Map.of(
                            "image_size",
                            64L,
                            "batch_size",
                            8L,
                            "num_epochs",
                            1L,
                            "lrate",
                            0.1,
                            "detection_score_threshold",
                            0.2,
                            "mixup_alpha",
                            0.2),
                    List.of("cat"),
                    new StoredObject("manifest", "a".repeat(64), 1),
                    1,
                    5,
                    1,
                    42);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TrainingPlan.of(asked))
                    .withMessageStartingWith("only classifiers of whole images learn with");
        }
    }

    @Test
    void one_template_changes_its_images_as_its_recipe_says_unless_that_is_switched_off() {
        assertThat(plan(RSB, Map.of()).augmentation()).isEqualTo(new Augmentation(0.08, new RandAugment(7, 0.5), 3));
        assertThat(plan(
                                RSB,
                                Map.of(
                                        "crop_area_min", 0.25,
                                        "randaugment_magnitude", 3.0,
                                        "randaugment_deviation", 1.0,
                                        "repeated_augmentation", 2L))
                        .augmentation())
                .isEqualTo(new Augmentation(0.25, new RandAugment(3, 1), 2));
        assertThat(plan(
                                RSB,
                                Map.of(
                                        "crop_area_min", 1.0,
                                        "randaugment_magnitude", 0L,
                                        "repeated_augmentation", 1L))
                        .augmentation()
                        .showsAllInPlace())
                .isTrue();
        for (String template : Architectures.templates()) {
            if (!template.equals(RSB)) {
                assertThat(plan(template, Map.of()).augmentation()).as(template).isEqualTo(Augmentation.NONE);
            }
        }
    }

    @Test
    void a_detectors_images_are_neither_cropped_nor_moved_because_its_boxes_are_not() {
        TrainingSpec detector = new TrainingSpec(
                TemplateCatalogue.VISUAL_DETECTOR,
                "DeepTrain_SmallDetector",
                Map.of("crop_area_min", 0.5),
                List.of("cat"),
                new StoredObject("manifest", "a".repeat(64), 1),
                1,
                5,
                1,
                42);
        assertThatThrownBy(() -> TrainingPlan.of(detector)).hasMessageContaining("cannot be cropped");
    }

    @Test
    void images_to_be_cropped_are_kept_twice_as_fine_as_long_as_there_are_not_too_many() {
        assertThat(TrainingData.sideToCrop(224, 0)).isEqualTo(448);
        assertThat(TrainingData.sideToCrop(224, 114_130)).isEqualTo(448);
        assertThat(TrainingData.sideToCrop(224, 114_500)).isEqualTo(447);
        assertThat(TrainingData.sideToCrop(224, 10_000_000)).isEqualTo(224);
        assertThat(TrainingData.sideToCrop(600, 10)).isEqualTo(1024);
        assertThat(TrainingData.sideToCrop(1024, 10)).isEqualTo(1024);
    }

    @Test
    void only_a_backbone_that_knows_something_learns_more_slowly() {
        assertThat(plan(TRANSFER, Map.of("pretrained_weights", "ImageNet-1k", "base_gradient_multiplier", 0.01))
                        .recipe()
                        .backboneRate())
                .isEqualTo(0.01);
        assertThat(plan(TRANSFER, Map.of("pretrained_weights", "None")).recipe().backboneRate())
                .isEqualTo(1);
    }

    @Test
    void stages_are_frozen_with_the_stem_before_them_and_only_in_a_backbone_that_knows_something() {
        for (String template : List.of(TRANSFER, RSB, RESNET)) {
            assertThat(frozen(template, Map.of("pretrained_weights", "ImageNet-1k")))
                    .as("none is asked for")
                    .isEmpty();
            assertThat(frozen(template, Map.of("pretrained_weights", "ImageNet-1k", "frozen_stages", 1L)))
                    .containsExactly(0, 1);
            assertThat(frozen(template, Map.of("pretrained_weights", "ImageNet-1k", "frozen_stages", 4L)))
                    .containsExactly(0, 1, 2, 3, 4);
            assertThat(frozen(template, Map.of("frozen_stages", 4L)))
                    .as("it starts from nothing")
                    .isEmpty();
        }
        assertThat(frozen(BASE_MODEL, Map.of("preinit", "general-v1.5", "frozen_stages", 2L)))
                .containsExactly(0, 1, 2);
    }

    /** The stages of the template's own network that its recipe freezes. */
    private static List<Integer> frozen(String template, Map<String, Object> given) {
        Recipe recipe = plan(template, given).recipe();
        return Architectures.ofTemplate(template, 1, 224).orElseThrow().parameters().stream()
                .map(TensorSpec::part)
                .filter(recipe::freezes)
                .map(part -> ((Part.Backbone) part).stage())
                .distinct()
                .toList();
    }

    @Test
    void who_can_start_from_weights_can_freeze_stages_and_none_is_frozen_unless_asked_for() {
        for (Template template : classifiers()) {
            boolean hasWeights = template.hyperparameter("pretrained_weights").isPresent()
                    || template.hyperparameter("preinit").isPresent();
            if (template.runnable()) {
                assertThat(template.hyperparameter("frozen_stages").map(Hyperparameter::defaultValue))
                        .as(template.id())
                        .isEqualTo(hasWeights ? Optional.of(0L) : Optional.empty());
            }
        }
    }

    @Test
    void what_says_that_it_has_no_effect_has_none() {
        for (String template : List.of(CIFAR, BASE_MODEL)) {
            assertThat(plan(template, Map.of("inference_crop_type", "another"))).isEqualTo(plan(template, Map.of()));
        }
        assertThat(plan(BASE_MODEL, Map.of("model_cfg", "another"))).isEqualTo(plan(BASE_MODEL, Map.of()));
    }

    @Test
    void weights_to_start_from_have_either_name() {
        assertThat(plan(RESNET, Map.of("pretrained_weights", "ImageNet-1k")).pretrained())
                .isEqualTo("ImageNet-1k");
        TrainingPlan preinitialised = plan(BASE_MODEL, Map.of("preinit", "general-v1.5"));
        assertThat(preinitialised.pretrained()).isEqualTo("general-v1.5");
        assertThat(preinitialised.startsPretrained()).isTrue();
        assertThat(plan(BASE_MODEL, Map.of()).startsPretrained()).isFalse();
    }

    @Test
    void test_images_are_looked_at_as_often_as_asked_for() {
        assertThat(plan("Clarifai_InceptionResnetV2", Map.of("test_freq", 3L)).epochsBetweenTests())
                .isEqualTo(3);
    }

    @Test
    void the_catalogue_calls_exactly_those_classifiers_runnable_that_the_worker_trains() {
        assertThat(classifiers().stream().filter(Template::runnable).map(Template::id))
                .containsExactlyInAnyOrderElementsOf(Architectures.templates());
    }

    private static List<Template> classifiers() {
        return TemplateCatalogue.modelType(TemplateCatalogue.VISUAL_CLASSIFIER)
                .map(ModelType::templates)
                .orElseThrow();
    }

    @Test
    void every_template_that_can_be_run_has_a_plan_from_its_defaults_alone() {
        for (String template : Architectures.templates()) {
            assertThat(plan(template, Map.of()).startsPretrained()).as(template).isFalse();
        }
    }
}
