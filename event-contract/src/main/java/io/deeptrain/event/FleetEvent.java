package io.deeptrain.event;

import java.time.Instant;
import java.util.List;

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
     * A worker is alive and renews the lease of whatever it holds. About once a second, from a thread of its own.
     *
     * @param gpus how many it has; an attempt may use them all
     * @param number counts the beats of this incarnation from 1
     */
    record WorkerBeat(
            WorkerId workerId,
            IncarnationId incarnation,
            long number,
            String gpuClass,
            int gpus,
            Readiness readiness,
            List<Holding> holdings)
            implements FleetEvent {
        public WorkerBeat {
            holdings = List.copyOf(holdings);
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
