package io.deeptrain.worker.training;

import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.learning.MemoryNeed;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.port.Learners;
import java.util.Locale;
import java.util.Optional;

/** Whether a training fits into a device's memory: said before it begins, where it can be known, or when it ran out. */
final class Memory {
    private static final double GIBIBYTE = 1L << 30;

    private Memory() {}

    /**
     * Why a training cannot fit, and what would.
     *
     * @param learners of one device; the others are like it
     * @param ranks devices that share each batch
     */
    static Optional<String> shortage(TrainingPlan plan, Network network, Learners learners, int ranks) {
        long deviceBytes = learners.memoryBytes();
        int images = Math.ceilDiv(plan.batchSize(), ranks);
        MemoryNeed need = MemoryNeed.of(network, plan.recipe(), learners.precision(), plan.imageSize());
        if (need.bytes(images) <= deviceBytes) {
            return Optional.empty();
        }
        int fits = need.batchSizeMax(deviceBytes) * ranks;
        return Optional.of("batch_size %d with image_size %d needs at least %s of memory and the device has %s: %s"
                .formatted(
                        plan.batchSize(),
                        plan.imageSize(),
                        gibibytes(need.bytes(images)),
                        gibibytes(deviceBytes),
                        fits == 0
                                ? "not one image of this size fits, a smaller image_size may"
                                : "a batch_size of at most %d may fit".formatted(fits)));
    }

    /** What is said when it ran out, although it was not known before. */
    static String ranOut(TrainingSpec spec, Throwable failure) {
        Settings settings = Settings.of(spec);
        return settings.has("batch_size")
                ? "memory ran out with batch_size %d and image_size %d, a smaller batch_size may fit: %s"
                        .formatted(settings.whole("batch_size"), settings.whole("image_size"), failure)
                : "memory ran out: " + failure;
    }

    /** Whether a failure says that memory ran out: the machine's, or a device's in the words of the engine. */
    static boolean isExhaustion(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            if (cause instanceof OutOfMemoryError
                    || message.contains("out of memory")
                    || message.contains("can't allocate memory")
                    || message.contains("not enough memory")) {
                return true;
            }
        }
        return false;
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / GIBIBYTE);
    }
}
