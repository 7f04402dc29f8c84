package io.deeptrain.scheduler.explain;

import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.placement.GpuKind;
import java.util.Optional;

/**
 * Why a job waits.
 *
 * @param kind which GPUs it runs on
 * @param position 1 for the next one, in the order in which jobs would start if room for all came up now; those whose
 *     queues are at a limit, or that cannot run, follow behind
 * @param waiting jobs there are altogether
 * @param positionInApp 1 for the next one of its app
 * @param gpuMillisAhead the work, in GPUs times milliseconds, that those before it are expected to have left
 * @param start when it is expected to start, if it can as things are
 */
public record Explanation(
        JobId jobId,
        GpuKind kind,
        Reason reason,
        Change change,
        int position,
        int waiting,
        int positionInApp,
        long gpuMillisAhead,
        Optional<StartTime> start) {
    /** The reason, and what its numbers are about if not the whole fleet. */
    public String words() {
        return kind.equals(GpuKind.ANY) ? reason.words() : "It runs on %s only. %s".formatted(kind, reason.words());
    }
}
