package io.deeptrain.scheduler.fleet;

import io.deeptrain.event.FleetEvent.GangDoor;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.GpuKind;
import io.deeptrain.scheduler.placement.RoomIndex;
import io.deeptrain.scheduler.placement.RoomIndex.Share;
import io.deeptrain.scheduler.placement.Topology;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The room of those workers that can reach each other, where one attempt may lie over several of them. */
final class JointRooms {
    private final RoomIndex whole = new RoomIndex();
    private final RoomIndex accepting = new RoomIndex();
    private final RoomIndex free = new RoomIndex();
    private final Set<WorkerId> members = new HashSet<>();

    /**
     * What one worker has now.
     *
     * @param door without it the worker is no member
     * @param gpus of the worker
     * @param accepted of those, what it would take on if it were empty
     * @param offered of those, what is free
     */
    void put(WorkerId workerId, Optional<GangDoor> door, String gpuClass, int gpus, int accepted, int offered) {
        if (door.isEmpty()) {
            remove(workerId);
            return;
        }
        members.add(workerId);
        Topology topology = Place.topologyOf(door.get());
        whole.put(workerId, gpuClass, topology, gpus);
        accepting.put(workerId, gpuClass, topology, accepted);
        free.put(workerId, gpuClass, topology, offered);
    }

    void remove(WorkerId workerId) {
        if (members.remove(workerId)) {
            whole.remove(workerId);
            accepting.remove(workerId);
            free.remove(workerId);
        }
    }

    /** What all of one class have together, of those that are accepted. */
    int gpusWhole(GpuKind kind) {
        return together(whole, kind);
    }

    /** The same of those who take on work. */
    int gpusAccepting(GpuKind kind) {
        return together(accepting, kind);
    }

    int gpusFree(GpuKind kind) {
        return together(free, kind);
    }

    Optional<List<Share>> sharesFor(GpuKind kind, int gpus, Collection<WorkerId> avoided) {
        return kind.isOfWhole() ? free.together(kind.classes(), gpus, avoided) : Optional.empty();
    }

    private static int together(RoomIndex rooms, GpuKind kind) {
        return kind.isOfWhole() ? rooms.gpusTogetherMax(kind.classes()) : 0;
    }
}
