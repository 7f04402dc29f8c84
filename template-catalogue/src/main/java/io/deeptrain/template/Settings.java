package io.deeptrain.template;

import io.deeptrain.template.Domain.Choice;
import io.deeptrain.template.Domain.Flag;
import io.deeptrain.template.Domain.Numbers;
import io.deeptrain.template.Domain.RealNumber;
import io.deeptrain.template.Domain.Text;
import io.deeptrain.template.Domain.WholeNumber;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Hyperparameters that several templates have, with what differs between them as arguments. */
final class Settings {
    /** Not a limit of the architectures but of what one could mean. */
    private static final long ITEMS_MAX = 100_000_000;

    private static final int NUMBERS_MAX = 32;
    private static final int TEXT_MAX = 1024;
    private static final long EPOCHS_MAX = 200;

    /** Of one machine: a training does not spread over several. */
    private static final long GPUS_MAX = 8;

    private Settings() {}

    static Hyperparameter imageSize(long defaultValue, long min, long max) {
        return whole(
                "image_size",
                "Side of the square that images are scaled to. Smaller is faster, larger sees more.",
                min,
                max,
                16,
                defaultValue);
    }

    static Hyperparameter batchSize(long defaultValue, long max) {
        return whole(
                "batch_size",
                "Images per update. Raise it if training is slow; about twice the number of concepts is a good minimum.",
                1,
                max,
                1,
                defaultValue);
    }

    static Hyperparameter numEpochs(long defaultValue) {
        return numEpochs(defaultValue, EPOCHS_MAX);
    }

    static Hyperparameter numEpochs(long defaultValue, long max) {
        return whole("num_epochs", "Passes over the training images.", 1, max, 1, defaultValue);
    }

    static Hyperparameter initEpochs(long defaultValue) {
        return whole(
                "init_epochs",
                "Epochs before the first step of the learning rate, which is a fall to a tenth.",
                1,
                EPOCHS_MAX,
                1,
                defaultValue);
    }

    static Hyperparameter stepEpochs(long defaultValue) {
        return whole("step_epochs", "Epochs between later steps of the learning rate.", 1, EPOCHS_MAX, 1, defaultValue);
    }

    static Hyperparameter testFreq(long defaultValue) {
        return whole(
                "test_freq",
                "Epochs between evaluations on the test set; more often is finer and slower.",
                1,
                EPOCHS_MAX,
                1,
                defaultValue);
    }

    /** Ours: the public documentation has none. */
    static Hyperparameter earlyStoppingPatience() {
        return whole(
                "early_stopping_patience",
                "The training ends, and keeps its best state, when so many looks at the test images in a row (test_freq, or"
                        + " else after each epoch) were no better; 0 goes through all epochs. Without test images it has no"
                        + " effect.",
                0,
                EPOCHS_MAX,
                1,
                0);
    }

    static Hyperparameter perItemRate(double defaultValue) {
        return real(
                "per_item_lrate", "Learning rate per image: lrate = per_item_lrate * batch_size.", 0, 1, defaultValue);
    }

    static Hyperparameter per128Rate(double defaultValue) {
        return real(
                "per_128_lrate",
                "Learning rate per 128 images: lrate = per_128_lrate * (batch_size / 128).",
                0,
                128,
                defaultValue);
    }

    static Hyperparameter rate(double defaultValue) {
        return real("lrate", "Learning rate.", 0, 128, defaultValue);
    }

    static Hyperparameter baseGradientMultiplier() {
        return real(
                "base_gradient_multiplier",
                "Learning rate of the pre-initialised base, as a multiplier of the gradient. A base that starts from"
                        + " no weights learns like the rest.",
                0,
                1,
                0.001);
    }

    /** With the published range and meaning, which only a template that is not run has; 0 is ours. */
    static Hyperparameter frozenStages() {
        return whole(
                "frozen_stages",
                "So many of the four stages of the backbone, and the layers before the first, stay as they were"
                        + " pre-initialised; 0: all learn. A base that starts from no weights learns as a whole.",
                0,
                4,
                1,
                0);
    }

    /** This and the next three are ours: the public documentation has none, and the paper what they default to. */
    static Hyperparameter mixupAlpha(double defaultValue) {
        return real(
                "mixup_alpha",
                "Half of the batches, or all without cutmix_alpha, are the weighted mean of two images at each place, the"
                        + " weight from a beta distribution with this as both parameters; 0: none. A short training on"
                        + " few images learns better without.",
                0,
                1,
                defaultValue);
    }

    static Hyperparameter cutmixAlpha(double defaultValue) {
        return real(
                "cutmix_alpha",
                "Half of the batches, or all without mixup_alpha, show a part of another image in each, its area from a"
                        + " beta distribution with this as both parameters; 0: none. A short training on few images"
                        + " learns better without.",
                0,
                1,
                defaultValue);
    }

    static Hyperparameter labelSmoothing(double defaultValue) {
        return real(
                "label_smoothing",
                "Part of what an image is labelled with that is given to all concepts alike; 0: none.",
                0,
                0.9,
                defaultValue);
    }

    static Hyperparameter dropPathRate(double defaultValue) {
        return real(
                "drop_path_rate",
                "How often the last unit of the network is left out for an image while it learns, those before it less"
                        + " often; 0: never.",
                0,
                0.9,
                defaultValue);
    }

    static Hyperparameter logreg(long defaultValue) {
        return whole(
                "logreg",
                "1: each concept has its own probability, several can be true. 0: exactly one is true, they sum to 1.",
                0,
                1,
                1,
                defaultValue);
    }

    static Hyperparameter numItemsPerEpoch() {
        return whole("num_items_per_epoch", "Images that make an epoch; 0 is all of them.", 0, ITEMS_MAX, 1, 0);
    }

    static Hyperparameter minSamplesPerEpoch(long defaultValue) {
        return whole(
                "min_samples_per_epoch",
                "A smaller dataset is repeated until an epoch has so many images.",
                1,
                ITEMS_MAX,
                1,
                defaultValue);
    }

    static Hyperparameter averageHorizontalFlips(boolean defaultValue) {
        return flag(
                "average_horizontal_flips",
                "Flips each training image with probability 0.5. Leave off where left and right matter, as for digits.",
                defaultValue);
    }

    static Hyperparameter gpus() {
        return whole(
                "num_gpus",
                "GPUs to train on, which share each batch; 0 leaves it to the platform, which takes 1.",
                0,
                GPUS_MAX,
                1,
                1);
    }

    static Hyperparameter gpusMin() {
        return whole(
                "min_num_gpus",
                "On as few GPUs the training may start and go on while others need the rest; 0: on num_gpus only.",
                0,
                GPUS_MAX,
                1,
                0);
    }

    static Hyperparameter weightDecay(double defaultValue) {
        return real("weight_decay", "How strongly weights are drawn towards zero.", 0, 1, defaultValue);
    }

    static Hyperparameter momentum() {
        return real("momentum", "Share of the last update that goes on into the next.", 0, 1, 0.9);
    }

    /**
     * A worker may have none but the bundled ones, which are not for every image, so that none are the default.
     *
     * @param trained what published weights were trained on, or who published them
     */
    static Hyperparameter pretrainedWeights(String... trained) {
        return choice(
                "pretrained_weights",
                "What the weights were trained on before; other than None if they are bundled or the operator has put them there.",
                "None",
                Stream.concat(Stream.of("None"), Stream.of(trained)).toArray(String[]::new));
    }

    static Hyperparameter flipProbability() {
        return real("flip_probability", "How likely a training image is flipped.", 0, 1, 0.5);
    }

    static Hyperparameter flipDirection() {
        return choice("flip_direction", "How a training image is flipped.", "horizontal", "horizontal", "vertical");
    }

    static Hyperparameter cropAreaMin() {
        return real(
                "crop_area_min",
                "Each time a training image is seen, it is cropped to a rectangle of its area, from this share to all of it;"
                        + " 1: never.",
                0.01,
                1,
                0.08);
    }

    static Hyperparameter randAugmentMagnitude() {
        return real(
                "randaugment_magnitude",
                "How strongly training images are moved and changed in their colours, by RandAugment; 0: not at all.",
                0,
                10,
                7.0);
    }

    static Hyperparameter randAugmentDeviation() {
        return real(
                "randaugment_deviation",
                "Standard deviation of RandAugment's magnitude from one change to the next.",
                0,
                10,
                0.5);
    }

    static Hyperparameter repeatedAugmentation() {
        return whole(
                "repeated_augmentation",
                "So many versions of an image follow each other in an epoch, which has as many images and so fewer"
                        + " different ones; 1: one.",
                1,
                8,
                1,
                3);
    }

    static Hyperparameter conceptsMutuallyExclusive() {
        return flag(
                "concepts_mutually_exclusive",
                "Whether exactly one concept is true of an image, or any number of them.",
                false);
    }

    /** Published clients send it. What its one value means is nowhere published. */
    static Hyperparameter inferenceCropType() {
        return choice(
                "inference_crop_type",
                "No effect, taken from clients that send it: what its only published value means is not public. Images are"
                        + " never cropped, but squeezed to a square as a whole, in training and when a model is used.",
                "sorta2",
                "sorta2");
    }

    static Hyperparameter whole(String name, String description, long min, long max, long step, long defaultValue) {
        return new Hyperparameter(name, description, new WholeNumber(min, max, step), defaultValue);
    }

    static Hyperparameter real(String name, String description, double min, double max, double defaultValue) {
        return new Hyperparameter(name, description, new RealNumber(min, max), defaultValue);
    }

    static Hyperparameter flag(String name, String description, boolean defaultValue) {
        return new Hyperparameter(name, description, new Flag(), defaultValue);
    }

    static Hyperparameter choice(String name, String description, String defaultValue, String... options) {
        return new Hyperparameter(name, description, new Choice(List.of(options)), defaultValue);
    }

    static Hyperparameter numbers(String name, String description, double min, double max, double... defaultValue) {
        return new Hyperparameter(
                name,
                description,
                new Numbers(NUMBERS_MAX, min, max),
                Arrays.stream(defaultValue).boxed().toList());
    }

    static Hyperparameter text(String name, String description, String defaultValue) {
        return new Hyperparameter(name, description, new Text(TEXT_MAX), defaultValue);
    }
}
