package io.deeptrain.scheduler.explain;

import io.deeptrain.scheduler.fleet.Place;
import java.util.List;

/**
 * The fleet in numbers.
 *
 * @param gpusTotal of the workers that take on work, as {@code gpusBusy} and {@code gpusFreeOnOne} are
 * @param gpusFreeOnOne the most that one worker has to give now
 * @param gpusOfLargest of all workers
 */
record FleetCounts(
        long gpusTotal,
        long gpusBusy,
        int gpusFreeOnOne,
        int gpusOfLargest,
        int gpusOfLargestAccepting,
        int workersDraining) {
    static FleetCounts of(List<Place> places) {
        long total = 0;
        long busy = 0;
        int freeOnOne = 0;
        int largest = 0;
        int largestAccepting = 0;
        int draining = 0;
        for (Place place : places) {
            largest = Math.max(largest, place.gpus());
            if (place.isAccepting()) {
                total += place.gpus();
                busy += place.gpus() - place.gpusOffered();
                freeOnOne = Math.max(freeOnOne, place.gpusOffered());
                largestAccepting = Math.max(largestAccepting, place.gpus());
            } else {
                draining++;
            }
        }
        return new FleetCounts(total, busy, freeOnOne, largest, largestAccepting, draining);
    }
}
