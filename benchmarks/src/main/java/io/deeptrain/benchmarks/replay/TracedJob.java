package io.deeptrain.benchmarks.replay;

/**
 * One job of a trace.
 *
 * @param submittedSeconds since the trace began
 * @param work how long it runs, which may depend on where
 */
record TracedJob(String name, long submittedSeconds, int gpus, Work work) {
    /** How long a job runs on the GPUs that it was given, without its start. */
    @FunctionalInterface
    interface Work {
        double seconds(Placement placement);
    }

    TracedJob {
        if (gpus < 1) {
            throw new IllegalArgumentException(
                    "job %s asks for %d GPUs; at least 1 would be right".formatted(name, gpus));
        }
    }
}
