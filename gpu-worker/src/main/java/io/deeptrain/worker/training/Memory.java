package io.deeptrain.worker.training;

import io.deeptrain.event.GpuShare;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.learning.MemoryNeed;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.RankLostException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether a training fits into a device's memory: said before it begins, where it can be known, or when it ran out. */
final class Memory {
    private static final String BATCH_SIZE = "batch_size";
    private static final String IMAGE_SIZE = "image_size";
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
        if (!settings.has(BATCH_SIZE)) {
            return "memory ran out: " + failure;
        }
        int batchSize = settings.whole(BATCH_SIZE);
        return "memory ran out with batch_size %d and image_size %d, a %s may fit: %s"
                .formatted(
                        batchSize,
                        settings.whole(IMAGE_SIZE),
                        batchSize > 1
                                ? "batch_size of %d or a smaller image_size".formatted(batchSize / 2)
                                : "smaller image_size",
                        failure);
    }

    /**
     * Whether memory ran out for what the tenant has chosen: a whole GPU and as many as were asked for, filled by this
     * training alone, with a larger batch or larger images than the template has by itself. Anything else, and whatever
     * the engine does not tell, is not the tenant's fault.
     *
     * @param failure of a training that has begun
     */
    static boolean isOfTheBatch(TrainingSpec spec, Learners learners, Throwable failure) {
        return spec.gpuMilli() == GpuShare.WHOLE
                && spec.gpus() >= Settings.of(spec).wholeOr("num_gpus", 1)
                && learners.predictors() == 0
                && isLarger(spec, BATCH_SIZE, IMAGE_SIZE)
                && causes(failure).noneMatch(RankLostException.class::isInstance)
                && causes(failure)
                        .flatMap(cause -> GpuExhaustion.of(String.valueOf(cause.getMessage())).stream())
                        .anyMatch(GpuExhaustion::isOfThisProcess);
    }

    private static boolean isLarger(TrainingSpec spec, String... names) {
        Settings chosen = Settings.of(spec);
        Settings template = Settings.ofTemplate(spec);
        return Stream.of(names).anyMatch(name -> template.has(name) && chosen.whole(name) > template.whole(name));
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
    }

    /** Whether a failure says that memory ran out: the machine's, or a device's in the words of the engine. */
    static boolean isExhaustion(Throwable failure) {
        return causes(failure).anyMatch(Memory::saysExhaustion);
    }

    private static boolean saysExhaustion(Throwable failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return failure instanceof OutOfMemoryError
                || message.contains("out of memory")
                || message.contains("can't allocate memory")
                || message.contains("not enough memory");
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / GIBIBYTE);
    }
}
