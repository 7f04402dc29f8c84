package io.deeptrain.scheduler.placement;

import io.deeptrain.event.WorkerId;

/** The whole GPUs that one worker has to give now. */
final class Room implements Comparable<Room> {
    private final WorkerId workerId;
    private final String gpuClass;
    private final Topology topology;
    private int gpus;

    Room(WorkerId workerId, String gpuClass, Topology topology) {
        this.workerId = workerId;
        this.gpuClass = gpuClass;
        this.topology = topology;
    }

    WorkerId workerId() {
        return workerId;
    }

    String gpuClass() {
        return gpuClass;
    }

    Topology topology() {
        return topology;
    }

    int gpus() {
        return gpus;
    }

    void gpus(int count) {
        gpus = count;
    }

    boolean isAt(String otherClass, Topology otherTopology) {
        return gpuClass.equals(otherClass) && topology.equals(otherTopology);
    }

    @Override
    public int compareTo(Room other) {
        return workerId.compareTo(other.workerId);
    }
}
