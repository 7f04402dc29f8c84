package io.deeptrain.scheduler.explain;

import io.deeptrain.scheduler.fleet.Place;
import io.deeptrain.scheduler.placement.GpuKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The fleet in numbers, as far as it has GPUs of one kind.
 *
 * @param gpusTotal of the workers that take on work, as {@code gpusBusy} and {@code gpusFreeOnOne} are
 * @param gpusFreeOnOne the most that one worker has to give now
 * @param gpusOfLargest of all workers
 * @param gpusTogether of all that can share an attempt and are of one class
 * @param gpusTogetherAccepting of those who take on work
 */
record FleetCounts(
        long gpusTotal,
        long gpusBusy,
        int gpusFreeOnOne,
        int gpusOfLargest,
        int gpusOfLargestAccepting,
        int gpusTogether,
        int gpusTogetherAccepting,
        int workersDraining) {
    /** Of the workers that have such GPUs. */
    static FleetCounts of(List<Place> places, GpuKind kind) {
        long total = 0;
        long busy = 0;
        int freeOnOne = 0;
        int largest = 0;
        int largestAccepting = 0;
        int draining = 0;
        Map<String, Integer> together = new HashMap<>();
        Map<String, Integer> togetherAccepting = new HashMap<>();
        for (Place place : places) {
            if (!place.isOf(kind)) {
                continue;
            }
            largest = Math.max(largest, place.gpus());
            if (place.isJoint()) {
                String gpuClass = place.lastBeat().gpuClass();
                together.merge(gpuClass, place.gpus(), Integer::sum);
                togetherAccepting.merge(gpuClass, place.isAccepting() ? place.gpus() : 0, Integer::sum);
            }
            if (place.isAccepting()) {
                total += place.gpus();
                busy += place.gpus() - place.gpusOffered();
                freeOnOne = Math.max(freeOnOne, place.gpusOffered());
                largestAccepting = Math.max(largestAccepting, place.gpus());
            } else {
                draining++;
            }
        }
        return new FleetCounts(
                total, busy, freeOnOne, largest, largestAccepting, max(together), max(togetherAccepting), draining);
    }

    private static int max(Map<String, Integer> gpusByClass) {
        return gpusByClass.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /** What one attempt could get if nobody else ran. */
    int gpusMost() {
        return Math.max(gpusOfLargest, gpusTogether);
    }

    /** The same of those who take on work. */
    int gpusMostAccepting() {
        return Math.max(gpusOfLargestAccepting, gpusTogetherAccepting);
    }
}
