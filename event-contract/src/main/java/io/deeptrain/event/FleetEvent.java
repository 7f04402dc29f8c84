package io.deeptrain.event;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Who is there to run attempts, and that the control plane itself can hear them. */
public sealed interface FleetEvent extends Event {

    /** An attempt that a worker works on or has been asked to. */
    record Holding(JobId jobId, FencingToken attempt) {}

    /** What a worker takes on. */
    enum Readiness {
        /** Takes new attempts. */
        ACCEPTING,
        /** Finishes what it has and takes no more: it is about to go. */
        DRAINING,
        /** Has left for good, holding nothing. */
        GONE
    }

    /**
     * How a worker's processes and those of others reach each other, so that they can share an attempt.
     *
     * @param address host and port where it waits for the other ranks of an attempt of which it runs rank 0
     * @param rack workers of one rack share a switch; empty if nobody has told
     * @param nvlinkDomain workers of one domain have GPUs that are linked without a network; the same
     */
    record GangDoor(String address, String rack, String nvlinkDomain) {
        public GangDoor {
            if (!address.matches("[^\\s:]+:[0-9]{1,5}|\\[[0-9a-fA-F:.%]+]:[0-9]{1,5}")) {
                throw new IllegalArgumentException("address must be host:port or [IPv6]:port: " + address);
            }
        }
    }

    /**
     * A worker is alive and renews the lease of whatever it holds. About once a second, from a thread of its own.
     *
     * @param gpus how many it has; an attempt may use them all
     * @param number counts the beats of this incarnation from 1
     * @param door without it the worker shares no attempt with others
     * @param gpuMilli thousandths of a GPU that its only one is, as MIG slices a GPU; without it, whole ones
     */
    record WorkerBeat(
            WorkerId workerId,
            IncarnationId incarnation,
            long number,
            String gpuClass,
            int gpus,
            Readiness readiness,
            List<Holding> holdings,
            Optional<GangDoor> door,
            Optional<Integer> gpuMilli)
            implements FleetEvent {
        public WorkerBeat {
            holdings = List.copyOf(holdings);
            if (gpuMilli.filter(milli -> milli < 1 || milli >= GpuShare.WHOLE).isPresent()) {
                throw new IllegalArgumentException(
                        "gpu_milli must be 1 to 999, or absent for whole GPUs: " + gpuMilli.get());
            }
            if (gpuMilli.isPresent() && gpus != 1) {
                throw new IllegalArgumentException(
                        "gpus must be 1 of a worker with gpu_milli %d: %d".formatted(gpuMilli.get(), gpus));
            }
        }

        /** Of a worker with whole GPUs. */
        public WorkerBeat(
                WorkerId workerId,
                IncarnationId incarnation,
                long number,
                String gpuClass,
                int gpus,
                Readiness readiness,
                List<Holding> holdings,
                Optional<GangDoor> door) {
            this(workerId, incarnation, number, gpuClass, gpus, readiness, holdings, door, Optional.empty());
        }

        /** Of a worker that shares no attempt with others. */
        public WorkerBeat(
                WorkerId workerId,
                IncarnationId incarnation,
                long number,
                String gpuClass,
                int gpus,
                Readiness readiness,
                List<Holding> holdings) {
            this(workerId, incarnation, number, gpuClass, gpus, readiness, holdings, Optional.empty());
        }

        /** Thousandths of a GPU that each of its GPUs is. */
        public int milliOfEach() {
            return gpuMilli.orElse(GpuShare.WHOLE);
        }

        @Override
        public String partitionKey() {
            return workerId.value();
        }

        @Override
        public String factKey() {
            return workerId + "/" + incarnation + "/" + number;
        }

        @Override
        public String subject() {
            return "workers/" + workerId;
        }
    }

    /**
     * The scheduler hears itself through Kafka. Leases run only while this comes back: as long as Kafka or the
     * scheduler is away no worker can be blamed for silence. One goes to each partition, named by {@code partition}.
     */
    record SchedulerPulsed(SchedulerId schedulerId, long epoch, int partition, long number, Instant sentAt)
            implements FleetEvent {
        @Override
        public String partitionKey() {
            return "scheduler/" + schedulerId;
        }

        @Override
        public String factKey() {
            return schedulerId + "/" + epoch + "/" + partition + "/" + number;
        }

        @Override
        public String subject() {
            return "schedulers/" + schedulerId;
        }
    }
}
