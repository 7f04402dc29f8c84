package io.deeptrain.scheduler.placement;

import java.util.Comparator;

/**
 * Which GPUs a job runs on.
 *
 * @param classes as the workers' beats name them
 * @param gpuMilli thousandths of a GPU: 1000 for whole ones, less for a slice that is at least as large, as MIG makes
 *     them. Whole GPUs and slices never stand in for each other
 */
public record GpuKind(GpuClasses classes, int gpuMilli) implements Comparable<GpuKind> {
    /** Whole GPUs of any class. */
    public static final GpuKind ANY = new GpuKind(GpuClasses.ANY, Demand.WHOLE);

    private static final Comparator<GpuKind> ORDER = Comparator.comparing(
                    (GpuKind kind) -> String.join("\n", kind.classes().names()))
            .thenComparing(GpuKind::gpuMilli, Comparator.reverseOrder());

    public GpuKind {
        if (gpuMilli < 1 || gpuMilli > Demand.WHOLE) {
            throw new IllegalArgumentException("gpuMilli must be between 1 and 1000: " + gpuMilli);
        }
    }

    /** Whole GPUs of one class. */
    public static GpuKind of(String gpuClass) {
        return new GpuKind(GpuClasses.of(gpuClass), Demand.WHOLE);
    }

    public boolean isOfWhole() {
        return gpuMilli == Demand.WHOLE;
    }

    /** Whether a job that asks for this runs on such GPUs. */
    public boolean accepts(String gpuClass, int offeredMilli) {
        boolean isEnough =
                isOfWhole() ? offeredMilli == Demand.WHOLE : offeredMilli >= gpuMilli && isSlice(offeredMilli);
        return isEnough && classes.accept(gpuClass);
    }

    static boolean isSlice(int gpuMilli) {
        return gpuMilli < Demand.WHOLE;
    }

    /** What a worker has, as in "GPUs of class a100" and "slices of 0.143 GPUs of class a100". */
    public static String words(String gpuClass, int gpuMilli) {
        return "%s of class %s"
                .formatted(
                        isSlice(gpuMilli) ? "slices of %s GPUs".formatted(Fractions.words(gpuMilli)) : "GPUs",
                        gpuClass);
    }

    @Override
    public int compareTo(GpuKind other) {
        return equals(other) ? 0 : ORDER.compare(this, other);
    }

    /** As in "GPUs of class a100", or "slices of at least 0.25 GPUs of any class". */
    @Override
    public String toString() {
        return isOfWhole()
                ? "GPUs " + classes
                : "slices of at least %s GPUs %s".formatted(Fractions.words(gpuMilli), classes);
    }
}
