package io.deeptrain.scheduler.placement;

import io.deeptrain.event.WorkerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Finds whole GPUs. Best fit on one worker takes a step for each GPU class; a change of one worker's room takes O(log
 * n) for n workers; a gang takes O(k + log n) for k workers, and within a rack or NVLink domain the time to look at
 * each worker of that domain.
 */
public final class RoomIndex {
    /** A worker that says that it has more GPUs than this is taken for one that has so many. */
    public static final int GPUS_MAX = 4_096;

    private final Map<WorkerId, Room> rooms = new HashMap<>();
    private final TreeMap<String, ClassRooms> classes = new TreeMap<>();

    /** So many GPUs of one worker. */
    public record Share(WorkerId workerId, int gpus) {}

    /** The worker has so many GPUs to give now; 0 takes it from the index. */
    public void put(WorkerId workerId, String gpuClass, Topology topology, int offered) {
        int gpus = Math.min(offered, GPUS_MAX);
        Room room = rooms.get(workerId);
        if (room != null && room.gpus() == gpus && room.isAt(gpuClass, topology)) {
            return;
        }
        if (room != null) {
            take(room);
        }
        if (gpus > 0) {
            Room now = room != null && room.isAt(gpuClass, topology) ? room : new Room(workerId, gpuClass, topology);
            now.gpus(gpus);
            rooms.put(workerId, now);
            classes.computeIfAbsent(gpuClass, _ -> new ClassRooms()).add(now);
        } else {
            rooms.remove(workerId);
        }
    }

    public void remove(WorkerId workerId) {
        Room room = rooms.remove(workerId);
        if (room != null) {
            take(room);
        }
    }

    /** What this worker has to give; 0 if it is not in the index. */
    public int gpusOf(WorkerId workerId) {
        Room room = rooms.get(workerId);
        return room == null ? 0 : room.gpus();
    }

    /** The largest number of GPUs that can be had of one worker. */
    public int gpusMax() {
        return gpusMax(GpuClasses.ANY);
    }

    /** The same among these classes. */
    public int gpusMax(GpuClasses accepted) {
        int max = 0;
        for (ClassRooms each : of(accepted)) {
            max = Math.max(max, each.gpusMax());
        }
        return max;
    }

    /**
     * The worker that has the least to spare, by name among equals; if possible not one of those to be avoided.
     *
     * @param gpus at least 1
     */
    public Optional<WorkerId> bestFit(GpuClasses accepted, int gpus, Collection<WorkerId> avoided) {
        return bestRoom(accepted, gpus, avoided).map(Room::workerId);
    }

    private Optional<Room> bestRoom(GpuClasses accepted, int gpus, Collection<WorkerId> avoided) {
        Optional<Room> best = Optional.empty();
        for (ClassRooms each : of(accepted)) {
            Optional<Room> candidate = each.bestFit(gpus, avoided);
            if (candidate.isPresent() && (best.isEmpty() || isBetter(candidate.get(), best.get(), avoided))) {
                best = candidate;
            }
        }
        return best;
    }

    private static boolean isBetter(Room one, Room other, Collection<WorkerId> avoided) {
        boolean isOneAvoided = avoided.contains(one.workerId());
        boolean isOtherAvoided = avoided.contains(other.workerId());
        if (isOneAvoided != isOtherAvoided) {
            return isOtherAvoided;
        }
        return one.gpus() != other.gpus() ? one.gpus() < other.gpus() : one.compareTo(other) < 0;
    }

    /**
     * Workers for so many slots of {@code gpus} each, all or none: of one class, as near to each other as can be, and
     * not farther than {@code farthest}. Among classes the one that has the fewest such slots gives them.
     */
    public Optional<List<Share>> gang(
            GpuClasses accepted, int slots, int gpus, Together farthest, Collection<WorkerId> avoided) {
        for (Together level : Together.values()) {
            if (level.compareTo(farthest) <= 0) {
                Optional<List<Share>> choice = gangAt(level, accepted, slots, gpus, avoided);
                if (choice.isPresent()) {
                    return choice;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<List<Share>> gangAt(
            Together level, GpuClasses accepted, int slots, int gpus, Collection<WorkerId> avoided) {
        if (level == Together.ONE_WORKER) {
            return bestRoom(accepted, slots * gpus, avoided)
                    .map(room -> List.of(new Share(room.workerId(), slots * gpus)));
        }
        Optional<ClassRooms> scarcest = Optional.empty();
        for (ClassRooms each : of(accepted)) {
            int has = each.slotsMax(level, gpus);
            if (has >= slots && (scarcest.isEmpty() || has < scarcest.get().slotsMax(level, gpus))) {
                scarcest = Optional.of(each);
            }
        }
        return scarcest.flatMap(each -> each.gang(level, slots, gpus, avoided)).map(choice -> shares(choice, gpus));
    }

    private static List<Share> shares(SequencedMap<Room, Integer> choice, int gpus) {
        List<Share> shares = new ArrayList<>(choice.size());
        choice.forEach((room, slots) -> shares.add(new Share(room.workerId(), slots * gpus)));
        return shares;
    }

    /** The most single GPUs that one class has, on whichever workers. */
    public int gpusTogetherMax(GpuClasses accepted) {
        return slotsMax(accepted, 1, Together.ANYWHERE);
    }

    /** Workers that have so many GPUs together, all or none: as few and as near to each other as can be. */
    public Optional<List<Share>> together(GpuClasses accepted, int gpus, Collection<WorkerId> avoided) {
        return gang(accepted, gpus, 1, Together.ANYWHERE, avoided);
    }

    /** The most slots of {@code gpus} that one class has so near to each other. */
    public int slotsMax(GpuClasses accepted, int gpus, Together level) {
        int max = 0;
        for (ClassRooms each : of(accepted)) {
            max = Math.max(max, each.slotsMax(level, gpus));
        }
        return max;
    }

    private Collection<ClassRooms> of(GpuClasses accepted) {
        if (accepted.names().isEmpty()) {
            return classes.values();
        }
        List<ClassRooms> found = new ArrayList<>();
        for (String name : accepted.names()) {
            ClassRooms each = classes.get(name);
            if (each != null) {
                found.add(each);
            }
        }
        return Collections.unmodifiableList(found);
    }

    private void take(Room room) {
        ClassRooms ofClass = classes.get(room.gpuClass());
        if (ofClass == null) {
            throw new IllegalStateException("a room of a class that is not there: " + room.gpuClass());
        }
        // The class stays, if without rooms: in a full fleet it is back with the next end of a job.
        ofClass.remove(room);
    }
}
