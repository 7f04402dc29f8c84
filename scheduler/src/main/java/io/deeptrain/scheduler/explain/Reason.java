package io.deeptrain.scheduler.explain;

import java.time.Instant;
import java.util.Locale;

/** The one thing that keeps a job waiting, with its evidence in numbers. No other tenant is named. */
public sealed interface Reason {
    /** One sentence. */
    String words();

    /** What the reason is called in answers and metrics, as in {@code all-gpus-busy}. */
    default String code() {
        return getClass().getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }

    /** An operator keeps it from running. */
    record HeldByOperator() implements Reason {
        @Override
        public String words() {
            return "It is held by the operator.";
        }
    }

    /** Others were asked to leave for it. */
    record MakingRoom(int jobsLeaving, int gpus, Instant since) implements Reason {
        @Override
        public String words() {
            return "Room for its %s is being made: %s a checkpoint and %s."
                    .formatted(
                            Words.count(gpus, "GPU"),
                            jobsLeaving == 1 ? "1 running job saves" : jobsLeaving + " running jobs save",
                            jobsLeaving == 1 ? "stops" : "stop");
        }
    }

    /** An attempt was lost, and the next one begins after a pause. */
    record BackingOff(Instant until, int attemptsLost, int attemptsLostMax) implements Reason {
        @Override
        public String words() {
            return "It waits until %s before it is tried again: %d of at most %d attempts were lost."
                    .formatted(until, attemptsLost, attemptsLostMax);
        }
    }

    /** Nobody is there to run it. */
    record NoWorker() implements Reason {
        @Override
        public String words() {
            return "No worker is there.";
        }
    }

    /**
     * No worker is large enough, whatever else runs, nor are those together that can share a training.
     *
     * @param gpusTogether what those have
     */
    record NeverFits(int gpus, int gpusOfLargest, int gpusTogether) implements Reason {
        @Override
        public String words() {
            return gpusTogether <= gpusOfLargest
                    ? "It needs %s on one worker; the largest has %d."
                            .formatted(Words.count(gpus, "GPU"), gpusOfLargest)
                    : "It needs %s; the largest worker has %d, and those that can share a training have %d together."
                            .formatted(Words.count(gpus, "GPU"), gpusOfLargest, gpusTogether);
        }
    }

    /** Only workers that take on nothing new would be large enough. */
    record WorkersDraining(int gpus, int workersDraining, int gpusOfLargestAccepting, int gpusTogetherAccepting)
            implements Reason {
        @Override
        public String words() {
            String most = gpusTogetherAccepting <= gpusOfLargestAccepting
                    ? "on one worker; the largest that takes on work has %d".formatted(gpusOfLargestAccepting)
                    : "; those that take on work and can share a training have %d together"
                            .formatted(gpusTogetherAccepting);
            return "It needs %s%s%s, and %s."
                    .formatted(
                            Words.count(gpus, "GPU"),
                            most.startsWith(";") ? "" : " ",
                            most,
                            workersDraining == 1
                                    ? "1 worker takes on no more"
                                    : workersDraining + " workers take on no more");
        }
    }

    /** A queue that it is in runs as many jobs as it may. */
    record RunningCapReached(Level level, String queue, int running, int runningMax) implements Reason {
        @Override
        public String words() {
            return "The %s %s may run %s at once and runs %d."
                    .formatted(level.words(), queue, Words.count(runningMax, "job"), running);
        }
    }

    /** A queue that it is in holds as many GPUs as it may, or would with this job. */
    record QuotaReached(Level level, String queue, int gpus, long held, long heldMax) implements Reason {
        @Override
        public String words() {
            return "The %s %s may hold %s and holds %d; the job needs %d."
                    .formatted(level.words(), queue, Words.count(heldMax, "GPU"), held, gpus);
        }
    }

    /** A job that has waited far too long goes first, and what gets free is kept for it. */
    record KeptForOverdue(int gpus, Instant dueAt) implements Reason {
        @Override
        public String words() {
            return "What gets free is kept for a job of %s that was due at %s; others start only where that does not delay it."
                    .formatted(Words.count(gpus, "GPU"), dueAt);
        }
    }

    /** What is free is guaranteed to others. */
    record KeptForGuarantees(int gpus, int gpusFreeOnOne) implements Reason {
        @Override
        public String words() {
            return "%s free on one worker, kept for queues that are guaranteed them; the job needs %d."
                    .formatted(Words.are(gpusFreeOnOne, "GPU"), gpus);
        }
    }

    /** It is the next one, and there is no room. */
    record AllGpusBusy(int gpus, int gpusFreeOnOne, long gpusBusy, long gpusTotal) implements Reason {
        @Override
        public String words() {
            return "It is next. %d of %s in use, and the most that is free on one worker is %d; the job needs %d."
                    .formatted(gpusBusy, Words.are(gpusTotal, "GPU"), gpusFreeOnOne, gpus);
        }
    }

    /**
     * There is no room, and others get it first.
     *
     * @param jobsAheadOfTenant how many of them are of the same app
     * @param heldByTenant GPUs that the app's jobs hold now
     */
    record OthersStandHigher(
            int gpus,
            int jobsAhead,
            int jobsAheadOfTenant,
            long heldByTenant,
            int gpusFreeOnOne,
            long gpusBusy,
            long gpusTotal)
            implements Reason {
        @Override
        public String words() {
            return "%s before it, %d of them of the same app, which holds %s; %d of %s in use."
                    .formatted(
                            jobsAhead == 1 ? "1 job stands" : jobsAhead + " jobs stand",
                            jobsAheadOfTenant,
                            Words.count(heldByTenant, "GPU"),
                            gpusBusy,
                            Words.are(gpusTotal, "GPU"));
        }
    }
}
