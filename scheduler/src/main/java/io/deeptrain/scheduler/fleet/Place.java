package io.deeptrain.scheduler.fleet;

import io.deeptrain.event.FleetEvent.GangDoor;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.GpuKind;
import io.deeptrain.scheduler.placement.Topology;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One worker and the room on it.
 *
 * @param lastBeat as it was last heard, with what it said that it holds
 * @param strays what it holds that is leased to it no longer, with the GPUs that this occupies
 * @param gpusSpare what nobody occupies and nobody keeps; below 0 where room is kept that others have yet to leave
 */
public record Place(WorkerBeat lastBeat, Map<Holding, Integer> strays, int gpusSpare) {
    public Place {
        strays = Collections.unmodifiableMap(new LinkedHashMap<>(strays));
    }

    public WorkerId workerId() {
        return lastBeat.workerId();
    }

    public int gpus() {
        return lastBeat.gpus();
    }

    public boolean isAccepting() {
        return lastBeat.readiness() == Readiness.ACCEPTING;
    }

    /** Whether an attempt may lie on it and on others. */
    public boolean isJoint() {
        return lastBeat.door().isPresent() && lastBeat.gpuMilli().isEmpty();
    }

    /** Whether a job that asks for such GPUs may run there. */
    public boolean isOf(GpuKind kind) {
        return kind.accepts(lastBeat.gpuClass(), lastBeat.milliOfEach());
    }

    /** Where it stands, as far as it has told. */
    public Topology topology() {
        return lastBeat.door().map(Place::topologyOf).orElse(Topology.UNKNOWN);
    }

    static Topology topologyOf(GangDoor door) {
        return new Topology(door.rack(), door.nvlinkDomain());
    }

    /** What can be given to an attempt now. */
    public int gpusOffered() {
        return isAccepting() ? Math.max(0, gpusSpare) : 0;
    }
}
