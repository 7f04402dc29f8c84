package io.deeptrain.scheduler.placement;

import io.deeptrain.event.WorkerId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Rooms by the number of their GPUs, by name among equals. Finding the shelf with the least to spare takes one step.
 */
final class Shelves {
    private final List<TreeSet<Room>> shelves = new ArrayList<>();
    private final BitSet filled = new BitSet();

    void add(Room room) {
        while (shelves.size() <= room.gpus()) {
            shelves.add(new TreeSet<>());
        }
        shelves.get(room.gpus()).add(room);
        filled.set(room.gpus());
    }

    void remove(Room room) {
        TreeSet<Room> shelf = shelves.get(room.gpus());
        shelf.remove(room);
        if (shelf.isEmpty()) {
            filled.clear(room.gpus());
        }
    }

    boolean isEmpty() {
        return filled.isEmpty();
    }

    /** The largest number of GPUs of a room; 0 if there is none. */
    int gpusMax() {
        return Math.max(0, filled.length() - 1);
    }

    /** How many times {@code gpus} could be had at once, each of one room. */
    int slots(int gpus) {
        int slots = 0;
        for (int size = filled.nextSetBit(gpus); size >= 0; size = filled.nextSetBit(size + 1)) {
            slots += shelves.get(size).size() * (size / gpus);
        }
        return slots;
    }

    /** The room with the least to spare; if possible not one of those to be avoided. */
    Optional<Room> bestFit(int gpus, Collection<WorkerId> avoided) {
        Optional<Room> lastResort = Optional.empty();
        for (int size = filled.nextSetBit(gpus); size >= 0; size = filled.nextSetBit(size + 1)) {
            for (Room room : shelves.get(size)) {
                if (!avoided.contains(room.workerId())) {
                    return Optional.of(room);
                }
                if (lastResort.isEmpty()) {
                    lastResort = Optional.of(room);
                }
            }
        }
        return lastResort;
    }

    /**
     * So many slots of {@code gpus} on as few workers as possible: the roomiest first, and the rest where it leaves the
     * least to spare. Empty if there are not enough.
     */
    Optional<SequencedMap<Room, Integer>> gang(int slots, int gpus, Collection<WorkerId> avoided) {
        if (slots(gpus) < slots) {
            return Optional.empty();
        }
        if (!avoided.isEmpty()) {
            Optional<SequencedMap<Room, Integer>> choice =
                    gang(slots, gpus, (Room room) -> !avoided.contains(room.workerId()));
            if (choice.isPresent()) {
                return choice;
            }
        }
        return gang(slots, gpus, (Room _) -> true);
    }

    private Optional<SequencedMap<Room, Integer>> gang(int slots, int gpus, Predicate<Room> eligible) {
        SequencedMap<Room, Integer> taken = new LinkedHashMap<>();
        int missing = slots;
        for (int size = gpusMax(); size >= gpus; size = filled.previousSetBit(size - 1)) {
            for (Room room : shelves.get(size)) {
                if (!eligible.test(room)) {
                    continue;
                }
                if (missing <= size / gpus) {
                    taken.put(leastToSpare(missing * gpus, eligible, taken), missing);
                    return Optional.of(taken);
                }
                taken.put(room, size / gpus);
                missing -= size / gpus;
            }
        }
        return Optional.empty();
    }

    private Room leastToSpare(int gpus, Predicate<Room> eligible, Map<Room, Integer> taken) {
        for (int size = filled.nextSetBit(gpus); size >= 0; size = filled.nextSetBit(size + 1)) {
            for (Room room : shelves.get(size)) {
                if (eligible.test(room) && !taken.containsKey(room)) {
                    return room;
                }
            }
        }
        throw new IllegalStateException("there was a room of %d GPUs a moment ago".formatted(gpus));
    }
}
