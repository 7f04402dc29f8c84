package io.deeptrain.worker.training;

import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.objective.Objective;
import java.util.Map;

/**
 * The settings of one training, read from its hyperparameters. The front door has checked their ranges.
 *
 * @param itemsPerEpoch images that make an epoch, 0 for all of them
 * @param flips whether each image is mirrored with probability one half
 */
public record TrainingPlan(
        int imageSize,
        int batchSize,
        int epochs,
        double learningRate,
        Objective objective,
        boolean flips,
        int itemsPerEpoch,
        long seed) {
    private static final long IMAGE_SIZE = 32;
    private static final long BATCH_SIZE = 64;
    private static final long EPOCHS = 10;
    private static final double LEARNING_RATE_PER_ITEM = 0.0015625;
    private static final int IMAGE_SIZE_MAX = 1024;
    private static final int BATCH_SIZE_MAX = 1024;

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
    }

    /** A hyperparameter that is not given has the default of {@code classification_cifar10_v1}. */
    public static TrainingPlan of(TrainingSpec spec) {
        Map<String, Object> given = spec.hyperparameters();
        int batchSize = Math.toIntExact(whole(given, "batch_size", BATCH_SIZE));
        double perItem = real(given, "per_item_lrate", LEARNING_RATE_PER_ITEM);
        return new TrainingPlan(
                Math.toIntExact(whole(given, "image_size", IMAGE_SIZE)),
                batchSize,
                Math.toIntExact(whole(given, "num_epochs", EPOCHS)),
                real(given, "lrate", perItem * batchSize),
                Purpose.objective(spec, whole(given, "logreg", 0) == 0 ? Activation.SOFTMAX : Activation.SIGMOID),
                Boolean.TRUE.equals(given.get("average_horizontal_flips")),
                Math.toIntExact(whole(given, "num_items_per_epoch", 0)),
                spec.seed());
    }

    private static long whole(Map<String, Object> given, String name, long fallback) {
        return given.get(name) instanceof Number number ? number.longValue() : fallback;
    }

    private static double real(Map<String, Object> given, String name, double fallback) {
        return given.get(name) instanceof Number number ? number.doubleValue() : fallback;
    }
}
