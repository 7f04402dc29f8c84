package io.deeptrain.worker.training;

import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.augmentation.Augmentation;
import io.deeptrain.worker.augmentation.RandAugment;
import io.deeptrain.worker.learning.Optimizer;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.objective.Mirror;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.training.RateSchedule.WarmUp;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The settings of one training of a classifier, read from its hyperparameters. What a template has no hyperparameter
 * for, is decided here.
 *
 * @param itemsPerEpoch images that make an epoch, 0 for all of them
 * @param epochsBetweenTests after so many epochs the test images are looked at, 0 for only at the end
 * @param patience so many looks at the test images in a row may be no better than the best before the training ends, 0
 *     for any number
 * @param backboneRate the backbone's learning rate as a multiple of the head's, if it starts from pretrained weights
 * @param frozenStages stages of the backbone after its stem that do not learn, nor does the stem, if it starts from
 *     pretrained weights; 0 if all learn
 * @param pretrained the weights that it starts from, {@link #NO_WEIGHTS} for none
 * @param regularisation of classifiers alone
 */
public record TrainingPlan(
        int imageSize,
        int batchSize,
        int epochs,
        int itemsPerEpoch,
        int epochsBetweenTests,
        int patience,
        RateSchedule rates,
        Optimizer optimizer,
        Objective objective,
        Flips flips,
        Augmentation augmentation,
        double backboneRate,
        int frozenStages,
        String pretrained,
        Regularisation regularisation,
        long seed) {
    /** The name of no weights. */
    public static final String NO_WEIGHTS = "None";

    private static final String PATIENCE = "early_stopping_patience";
    private static final int IMAGE_SIZE_MAX = 1024;
    private static final int BATCH_SIZE_MAX = 1024;
    private static final int BATCH_OF_RATE = 128;
    private static final double MOMENTUM = 0.9;

    /** Of the residual network for small images, which learns from few of them. */
    private static final double CIFAR_WEIGHT_DECAY = 5e-4;

    /** He et al. 2015, Xie et al. 2017. */
    private static final double WEIGHT_DECAY = 1e-4;

    /** LAMB is used with a norm of 1, as by Wightman et al. 2021; for others only an outlier is larger than this. */
    private static final double LAMB_GRADIENT_NORM_MAX = 1;

    private static final double GRADIENT_NORM_MAX = 10;

    public TrainingPlan {
        if (imageSize < 1 || imageSize > IMAGE_SIZE_MAX) {
            throw new IllegalArgumentException("image_size must be 1 to %d: %d".formatted(IMAGE_SIZE_MAX, imageSize));
        }
        if (batchSize < 1 || batchSize > BATCH_SIZE_MAX) {
            throw new IllegalArgumentException("batch_size must be 1 to %d: %d".formatted(BATCH_SIZE_MAX, batchSize));
        }
        if (epochs < 1) {
            throw new IllegalArgumentException("num_epochs must be at least 1: " + epochs);
        }
        if (itemsPerEpoch < 0) {
            throw new IllegalArgumentException("num_items_per_epoch is negative: " + itemsPerEpoch);
        }
        if (!regularisation.equals(Regularisation.NONE) && !(objective instanceof Objective.Classification)) {
            throw new IllegalArgumentException(
                    "only classifiers of whole images learn with %s: %s".formatted(regularisation, objective));
        }
        if (objective instanceof Objective.ObjectDetection && !augmentation.showsAllInPlace()) {
            throw new IllegalArgumentException("a detector's images cannot be cropped or moved: " + augmentation);
        }
    }

    /** A hyperparameter that is not given has its template's default. */
    public static TrainingPlan of(TrainingSpec spec) {
        Settings settings = Settings.of(spec);
        int epochs = settings.whole("num_epochs");
        int patience = settings.has(PATIENCE) ? settings.whole(PATIENCE) : 0;
        return new TrainingPlan(
                settings.whole("image_size"),
                settings.whole("batch_size"),
                epochs,
                settings.has("num_items_per_epoch") ? settings.whole("num_items_per_epoch") : 0,
                epochsBetweenTests(settings, patience),
                patience,
                rates(settings, epochs),
                optimizer(settings, spec.template()),
                Purpose.objective(spec, activation(settings)),
                flips(settings),
                augmentation(settings),
                settings.has("base_gradient_multiplier") ? settings.real("base_gradient_multiplier") : 1,
                settings.has("frozen_stages") ? settings.whole("frozen_stages") : 0,
                pretrained(settings),
                Regularisation.of(settings),
                spec.seed());
    }

    /** Who looks for the best must look; where the template does not say how often, after each epoch. */
    private static int epochsBetweenTests(Settings settings, int patience) {
        if (settings.has("test_freq")) {
            return settings.whole("test_freq");
        }
        return patience > 0 ? 1 : 0;
    }

    private static RateSchedule rates(Settings settings, int epochs) {
        double rate = rate(settings);
        if (settings.has("init_epochs")) {
            int every = settings.whole("step_epochs");
            return new RateSchedule.Steps(
                    rate,
                    IntStream.iterate(settings.whole("init_epochs"), epoch -> epoch < epochs, epoch -> epoch + every)
                            .boxed()
                            .toList());
        }
        if (settings.has("learning_rate_steps")) {
            return new RateSchedule.Steps(rate, settings.wholes("learning_rate_steps"));
        }
        double least = settings.has("per_item_min_lrate")
                ? settings.real("per_item_min_lrate") * settings.whole("batch_size")
                : 0;
        WarmUp warmUp = settings.has("warmup_iters")
                ? new WarmUp.Updates(settings.whole("warmup_iters"), settings.real("warmup_ratio"))
                : new WarmUp.Twentieth();
        return new RateSchedule.Cosine(rate, least, warmUp);
    }

    private static double rate(Settings settings) {
        int batchSize = settings.whole("batch_size");
        if (settings.has("lrate")) {
            return settings.real("lrate");
        }
        return settings.has("per_128_lrate")
                ? settings.real("per_128_lrate") * batchSize / BATCH_OF_RATE
                : settings.real("per_item_lrate") * batchSize;
    }

    private static Optimizer optimizer(Settings settings, String template) {
        if (template.equals("MMClassification_ResNet_50_RSB_A1")) {
            return new Optimizer.Lamb(settings.real("weight_decay"));
        }
        double ofTemplate = template.equals("classification_cifar10_v1") ? CIFAR_WEIGHT_DECAY : WEIGHT_DECAY;
        return new Optimizer.Momentum(
                settings.has("momentum") ? settings.real("momentum") : MOMENTUM,
                settings.has("weight_decay") ? settings.real("weight_decay") : ofTemplate);
    }

    private static Activation activation(Settings settings) {
        if (settings.has("logreg")) {
            return settings.whole("logreg") == 0 ? Activation.SOFTMAX : Activation.SIGMOID;
        }
        boolean several = settings.has("concepts_mutually_exclusive") && !settings.flag("concepts_mutually_exclusive");
        return several ? Activation.SIGMOID : Activation.SOFTMAX;
    }

    private static Flips flips(Settings settings) {
        if (settings.has("flip_probability")) {
            Mirror mirror = settings.text("flip_direction").equals("vertical") ? Mirror.TOP_BOTTOM : Mirror.LEFT_RIGHT;
            return new Flips(settings.real("flip_probability"), mirror);
        }
        boolean average = settings.has("average_horizontal_flips") && settings.flag("average_horizontal_flips");
        return average ? new Flips(0.5, Mirror.LEFT_RIGHT) : Flips.NONE;
    }

    private static Augmentation augmentation(Settings settings) {
        RandAugment operations = settings.has("randaugment_magnitude")
                ? new RandAugment(settings.real("randaugment_magnitude"), settings.real("randaugment_deviation"))
                : RandAugment.NONE;
        return new Augmentation(
                settings.has("crop_area_min") ? settings.real("crop_area_min") : Augmentation.NONE.cropAreaMin(),
                operations,
                settings.has("repeated_augmentation") ? settings.whole("repeated_augmentation") : 1);
    }

    private static String pretrained(Settings settings) {
        for (String name : List.of("pretrained_weights", "preinit")) {
            if (settings.has(name)) {
                return settings.text(name);
            }
        }
        return NO_WEIGHTS;
    }

    /** Whether the network starts from weights that were learned before. */
    public boolean startsPretrained() {
        return !pretrained.equals(NO_WEIGHTS);
    }

    /**
     * How the network learns. A backbone that starts from nothing has nothing to keep: it learns as a whole and as fast
     * as the head.
     */
    public Recipe recipe() {
        double gradientNormMax = switch (optimizer) {
            case Optimizer.Lamb _ -> LAMB_GRADIENT_NORM_MAX;
            case Optimizer.Momentum _ -> GRADIENT_NORM_MAX;
        };
        return startsPretrained()
                ? new Recipe(objective, optimizer, backboneRate, stagesThatStand(), gradientNormMax)
                : new Recipe(objective, optimizer, gradientNormMax);
    }

    /** With the stem, which comes before the first stage. */
    private int stagesThatStand() {
        return frozenStages == 0 ? 0 : 1 + frozenStages;
    }
}
