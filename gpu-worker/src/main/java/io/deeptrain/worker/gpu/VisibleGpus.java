package io.deeptrain.worker.gpu;

import io.deeptrain.event.GpuShare;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Which GPUs a worker may use, and how many of them trainings get. */
public final class VisibleGpus {
    /** Where the driver's library looks for the GPUs that a process may see. */
    public static final String VARIABLE = "CUDA_VISIBLE_DEVICES";

    private VisibleGpus() {}

    /**
     * Names of the GPUs that this process sees, in its order: with one of them alone in {@link #VARIABLE}, another
     * process sees that one.
     *
     * @param count of the GPUs that it sees
     * @param variable as it is set for this process
     */
    public static List<String> names(int count, Optional<String> variable) {
        Stream<String> names = variable.filter(text -> !text.isBlank())
                .map(text -> Stream.of(text.split(",", -1)).map(String::strip))
                .orElseGet(() -> IntStream.range(0, count).mapToObj(Integer::toString));
        return names.limit(count).toList();
    }

    /**
     * Thousandths of a GPU that the worker's only one is; empty if it is whole.
     *
     * @param wanted by the operator
     */
    public static Optional<Integer> slice(OptionalDouble wanted) {
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        double fraction = wanted.getAsDouble();
        if (!(fraction > 0 && fraction <= 1)) {
            throw new IllegalArgumentException(
                    "deeptrain.worker.gpu-fraction must be above 0 and at most 1: " + fraction);
        }
        return Optional.of(GpuShare.milli(fraction)).filter(milli -> milli < GpuShare.WHOLE);
    }

    /**
     * How many GPUs the worker offers; on a machine without, how many processes.
     *
     * @param names of the GPUs; none on a machine without
     * @param wanted by the operator
     */
    public static int count(List<String> names, OptionalInt wanted) {
        int count = wanted.orElse(Math.max(1, names.size()));
        if (count < 1 || (!names.isEmpty() && count > names.size())) {
            throw new IllegalArgumentException("deeptrain.worker.gpus must be %s: %d"
                    .formatted(names.isEmpty() ? "at least 1" : "1 to " + names.size(), count));
        }
        return count;
    }
}
