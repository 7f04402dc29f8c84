package io.deeptrain.scheduler.placement;

import io.deeptrain.event.WorkerId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The rooms of workers with whole GPUs, and of those with slices of one by how large these are. */
public final class KindRooms {
    private final RoomIndex whole = new RoomIndex();
    private final TreeMap<Integer, RoomIndex> slices = new TreeMap<>();
    /** Which slices a worker has, of those that have any. */
    private final Map<WorkerId, Integer> sliceOf = new HashMap<>();

    /**
     * The worker has so many GPUs to give now; 0 takes it from the index.
     *
     * @param gpuMilli thousandths of a GPU that each of them is
     */
    public void put(WorkerId workerId, String gpuClass, int gpuMilli, int offered) {
        Integer before = sliceOf.get(workerId);
        if (before != null && before != gpuMilli) {
            remove(workerId);
        }
        if (GpuKind.isSlice(gpuMilli)) {
            whole.remove(workerId);
            sliceOf.put(workerId, gpuMilli);
            slices.computeIfAbsent(gpuMilli, _ -> new RoomIndex()).put(workerId, gpuClass, Topology.UNKNOWN, offered);
        } else {
            whole.put(workerId, gpuClass, Topology.UNKNOWN, offered);
        }
    }

    public void remove(WorkerId workerId) {
        whole.remove(workerId);
        Integer slice = sliceOf.remove(workerId);
        if (slice != null) {
            slices.getOrDefault(slice, whole).remove(workerId);
        }
    }

    /** Those of whole GPUs. */
    public RoomIndex whole() {
        return whole;
    }

    /** The largest number of such GPUs that can be had of one worker. */
    public int gpusMax(GpuKind kind) {
        int max = 0;
        for (RoomIndex rooms : of(kind)) {
            max = Math.max(max, rooms.gpusMax(kind.classes()));
        }
        return max;
    }

    /**
     * The worker that has the least to spare, of slices the smallest that is large enough; by name among equals, and if
     * possible not one of those to be avoided.
     */
    public Optional<WorkerId> bestFit(GpuKind kind, int gpus, Collection<WorkerId> avoided) {
        Optional<WorkerId> lastResort = Optional.empty();
        for (RoomIndex rooms : of(kind)) {
            Optional<WorkerId> found = rooms.bestFit(kind.classes(), gpus, avoided);
            if (found.isPresent() && !avoided.contains(found.get())) {
                return found;
            }
            lastResort = lastResort.or(() -> found);
        }
        return lastResort;
    }

    private Collection<RoomIndex> of(GpuKind kind) {
        return kind.isOfWhole()
                ? List.of(whole)
                : slices.tailMap(kind.gpuMilli(), true).values();
    }
}
