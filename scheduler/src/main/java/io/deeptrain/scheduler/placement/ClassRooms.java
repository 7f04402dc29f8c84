package io.deeptrain.scheduler.placement;

import io.deeptrain.event.WorkerId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/** The rooms of one GPU class. */
final class ClassRooms {
    private final Shelves all = new Shelves();
    private final Domains nvlinkDomains = new Domains(Together.NVLINK_DOMAIN);
    private final Domains racks = new Domains(Together.RACK);

    void add(Room room) {
        all.add(room);
        nvlinkDomains.add(room);
        racks.add(room);
    }

    void remove(Room room) {
        all.remove(room);
        nvlinkDomains.remove(room);
        racks.remove(room);
    }

    int gpusMax() {
        return all.gpusMax();
    }

    Optional<Room> bestFit(int gpus, Collection<WorkerId> avoided) {
        return all.bestFit(gpus, avoided);
    }

    /** The most slots of {@code gpus} that can be had at once so near to each other. */
    int slotsMax(Together level, int gpus) {
        int onOneWorker = all.gpusMax() / gpus;
        return switch (level) {
            case ONE_WORKER -> onOneWorker;
            case NVLINK_DOMAIN -> Math.max(onOneWorker, nvlinkDomains.slotsMax(gpus));
            case RACK -> Math.max(onOneWorker, racks.slotsMax(gpus));
            case ANYWHERE -> all.slots(gpus);
        };
    }

    /** Who gives how many slots, if there are enough at exactly this level. */
    Optional<SequencedMap<Room, Integer>> gang(Together level, int slots, int gpus, Collection<WorkerId> avoided) {
        return switch (level) {
            case ONE_WORKER -> all.bestFit(slots * gpus, avoided).map(room -> only(room, slots));
            case NVLINK_DOMAIN -> within(nvlinkDomains, slots, gpus, avoided);
            case RACK -> within(racks, slots, gpus, avoided);
            case ANYWHERE -> all.gang(slots, gpus, avoided);
        };
    }

    private static Optional<SequencedMap<Room, Integer>> within(
            Domains domains, int slots, int gpus, Collection<WorkerId> avoided) {
        return domains.bestFit(slots, gpus).flatMap(domain -> domain.shelves().gang(slots, gpus, avoided));
    }

    private static SequencedMap<Room, Integer> only(Room room, int slots) {
        SequencedMap<Room, Integer> choice = new LinkedHashMap<>();
        choice.put(room, slots);
        return choice;
    }
}
