package io.deeptrain.scheduler.placement;

/**
 * What a shape lacks.
 *
 * @param workersFound how many of its workers there is a place for, where there are places for the most of them as near
 *     to each other as it wishes
 * @param gpusMax the most whole GPUs that one worker of the accepted classes has to give; 0 for a demand that is not
 *     for whole GPUs alone
 * @param isOfFree what is free now falls short; otherwise even everything that there is
 */
public record Shortage(Shape shape, int workersFound, int gpusMax, boolean isOfFree) {

    /** One sentence without a full stop, as in "needs 16 GPUs of class a100 on one worker; the largest has 8". */
    public String words() {
        return "needs %s; %s".formatted(needed(), found());
    }

    private String needed() {
        String each = each(shape.each()) + " " + shape.classes();
        if (shape.workers() == 1) {
            return each + " on one worker";
        }
        return "%d workers with %s each %s"
                .formatted(shape.workers(), each, shape.together().words());
    }

    private String found() {
        if (shape.workers() > 1) {
            String most = "there is room for %d".formatted(workersFound);
            return isOfFree ? most + " now" : most + " even when nothing is in use";
        }
        if (shape.each().isWholeGpusOnly()) {
            return (isOfFree ? "the most that is free on one is %d" : "the largest has %d").formatted(gpusMax);
        }
        return isOfFree ? "no worker has so much free" : "no worker has so much";
    }

    private static String each(Demand demand) {
        StringBuilder words = new StringBuilder();
        if (demand.isShared()) {
            words.append(demand.gpuMilli()).append("/1000 of a GPU");
        } else {
            words.append(demand.gpus()).append(demand.gpus() == 1 ? " GPU" : " GPUs");
        }
        if (demand.cpuMilli() > 0) {
            words.append(", ").append(demand.cpuMilli()).append("/1000 CPU cores");
        }
        if (demand.memoryMib() > 0) {
            words.append(", ").append(demand.memoryMib()).append(" MiB of memory");
        }
        return words.toString();
    }
}
