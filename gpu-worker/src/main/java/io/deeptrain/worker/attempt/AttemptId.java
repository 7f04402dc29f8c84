package io.deeptrain.worker.attempt;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.JobId;

/** One attempt at one job. */
public record AttemptId(JobId jobId, FencingToken token) {
    public static AttemptId of(AssignmentEvent event) {
        return new AttemptId(event.jobId(), event.attempt());
    }

    public static AttemptId of(AttemptEvent event) {
        return new AttemptId(event.jobId(), event.attempt());
    }

    Holding holding() {
        return new Holding(jobId, token);
    }

    @Override
    public String toString() {
        return jobId + "/" + token;
    }
}
