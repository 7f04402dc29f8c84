package io.deeptrain.api.version;

import io.deeptrain.event.JobId;

/**
 * A model version: its state, and how much of its job's history is in it.
 *
 * @param sequence of the newest entry of the job's history that was applied; older ones change nothing
 */
public record Version(VersionState state, long sequence) {

    /** As a model is created. */
    public static Version untrained() {
        return new Version(new VersionState.Untrained(), 0);
    }

    /** As a training is requested. */
    public static Version requested(JobId jobId) {
        return new Version(new VersionState.Waiting(jobId, 0, false, false), 0);
    }

    Version in(VersionState next) {
        return new Version(next, sequence);
    }

    Version upTo(long newest) {
        return new Version(state, newest);
    }
}
