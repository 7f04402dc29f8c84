package io.deeptrain.api.template;

import io.deeptrain.api.template.Domain.Flag;
import io.deeptrain.api.template.Domain.RealNumber;
import io.deeptrain.api.template.Domain.WholeNumber;
import io.deeptrain.api.template.Template.TrainingCost;
import java.util.List;
import java.util.Optional;

/**
 * All model types and templates. Names, defaults and ranges are those that the public documentation gives; where it
 * gives none, the description says so.
 */
public final class TemplateCatalogue {
    /** The model type of a request that names none. */
    public static final String DEFAULT_MODEL_TYPE = "visual-classifier";

    /** Measured on one core of a current x86 server with libtorch 2.7.1. */
    private static final TrainingCost CIFAR_ON_ONE_CORE = new TrainingCost(0.004, 8);

    /** Not measured: no worker of this release trains these templates. */
    private static final TrainingCost UNMEASURED = new TrainingCost(0.085, 180);

    private static final List<ModelType> MODEL_TYPES = List.of(
            new ModelType(
                    "visual-classifier",
                    "Visual Classifier",
                    "Classifies images and video frames into a set of concepts.",
                    List.of(
                            cifar(),
                            classifier(
                                    "Clarifai_InceptionV2",
                                    "Factorised convolutions against the representational bottleneck."),
                            classifier(
                                    "Clarifai_InceptionBatchNorm",
                                    "InceptionV2 with batch normalisation; trains faster."),
                            classifier(
                                    "Clarifai_InceptionResnetV2",
                                    "Inception blocks with residual connections; deeper."),
                            classifier(
                                    "Clarifai_ResNext",
                                    "Repeated blocks that aggregate transformations of one topology."))),
            new ModelType(
                    "visual-detector",
                    "Visual Detector",
                    "Detects bounding-box regions in images or video frames and classifies what is in them.",
                    List.of(detector("Clarifai_InceptionV2"), detector("Clarifai_InceptionV4"))),
            new ModelType(
                    "visual-embedder",
                    "Visual Embedder",
                    "Turns images and video frames into vectors for clustering, visual search and other models.",
                    List.of(
                            classifier(
                                    "Clarifai_InceptionBatchNorm",
                                    "Embeddings of InceptionV2 with batch normalisation."),
                            classifier("Clarifai_ResNext", "Embeddings of repeated aggregated transformations."))));

    private TemplateCatalogue() {}

    public static List<ModelType> modelTypes() {
        return MODEL_TYPES;
    }

    public static Optional<ModelType> modelType(String id) {
        return MODEL_TYPES.stream().filter(type -> type.id().equals(id)).findFirst();
    }

    private static Template cifar() {
        return new Template(
                "classification_cifar10_v1",
                List.of(),
                "A small residual network for images of 32 pixels, as in He et al. 2015, section 4.2: trains in minutes on a CPU.",
                List.of(
                        imageSize(32, 32, 96),
                        batchSize(64, 128),
                        epochs("num_epochs", "Passes over the training images.", 10),
                        new Hyperparameter(
                                "per_item_lrate",
                                "Learning rate per image: lrate = per_item_lrate * batch_size.",
                                new RealNumber(0, 1),
                                0.0015625),
                        logreg(0),
                        numItemsPerEpoch(),
                        new Hyperparameter(
                                "average_horizontal_flips",
                                "Flips each training image with probability 0.5. Leave off where left and right matter, as for digits.",
                                new Flag(),
                                false),
                        gpus()),
                true,
                CIFAR_ON_ONE_CORE);
    }

    private static Template classifier(String id, String description) {
        return new Template(
                id,
                List.of(id.replace('_', '-'), id.substring(id.indexOf('_') + 1)),
                description,
                List.of(
                        imageSize(256, 32, 1024),
                        batchSize(64, 128),
                        epochs("init_epochs", "Epochs before the first step of the learning rate.", 25),
                        epochs("step_epochs", "Epochs between later steps of the learning rate.", 7),
                        epochs("num_epochs", "Passes over the training images.", 65),
                        perItemRate(),
                        logreg(1),
                        numItemsPerEpoch()),
                false,
                UNMEASURED);
    }

    private static Template detector(String id) {
        return new Template(
                id,
                List.of(id.replace('_', '-'), id.substring(id.indexOf('_') + 1)),
                "A one-stage detector. Its defaults are ours: none are published.",
                List.of(
                        imageSize(512, 320, 800),
                        batchSize(8, 16),
                        epochs("num_epochs", "Passes over the training images.", 30),
                        perItemRate(),
                        new Hyperparameter(
                                "detection_score_threshold",
                                "Only boxes with a score above it are returned.",
                                new RealNumber(0, 1),
                                0.2),
                        new Hyperparameter(
                                "use_perclass_regression",
                                "One set of box regressors per concept at each anchor, or a shared one.",
                                new Flag(),
                                false),
                        new Hyperparameter("use_focal_loss", "Weighs hard examples more.", new Flag(), true)),
                false,
                UNMEASURED);
    }

    private static Hyperparameter imageSize(long defaultValue, long min, long max) {
        return new Hyperparameter(
                "image_size",
                "Side of the square that images are scaled to. Smaller is faster, larger sees more.",
                new WholeNumber(min, max, 16),
                defaultValue);
    }

    private static Hyperparameter batchSize(long defaultValue, long max) {
        return new Hyperparameter(
                "batch_size",
                "Images per update. Raise it if training is slow; about twice the number of concepts is a good minimum.",
                new WholeNumber(1, max, 1),
                defaultValue);
    }

    private static Hyperparameter epochs(String name, String description, long defaultValue) {
        return new Hyperparameter(name, description, new WholeNumber(1, 200, 1), defaultValue);
    }

    private static Hyperparameter perItemRate() {
        return new Hyperparameter(
                "per_item_lrate",
                "Learning rate per image: lrate = per_item_lrate * batch_size.",
                new RealNumber(0, 1),
                7.8125e-05);
    }

    private static Hyperparameter logreg(long defaultValue) {
        return new Hyperparameter(
                "logreg",
                "1: each concept has its own probability, several can be true. 0: exactly one is true, they sum to 1.",
                new WholeNumber(0, 1, 1),
                defaultValue);
    }

    private static Hyperparameter numItemsPerEpoch() {
        return new Hyperparameter(
                "num_items_per_epoch",
                "Images that make an epoch; 0 is all of them.",
                new WholeNumber(0, 100_000_000, 1),
                0L);
    }

    private static Hyperparameter gpus() {
        return new Hyperparameter(
                "num_gpus", "GPUs to train on; 0 leaves it to the scheduler.", new WholeNumber(0, 1, 1), 1L);
    }
}
