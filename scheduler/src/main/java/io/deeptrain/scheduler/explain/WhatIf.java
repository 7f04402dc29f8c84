package io.deeptrain.scheduler.explain;

import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.explain.Rehearsal.Started;
import java.time.Instant;
import java.util.Optional;

/**
 * What would be if a job more was asked for now. It is put into a copy of the snapshot, of which is then asked what is
 * asked of the true one; nothing is changed by that.
 */
public final class WhatIf {
    private WhatIf() {}

    /**
     * Plays the futures through with the job.
     *
     * @param asIs the queue without it
     */
    public static Prospect of(AsIs asIs, Proposal proposal) {
        EngineSnapshot snapshot = asIs.snapshot().with(proposal.in(asIs.snapshot()));
        Forecast forecast = Forecast.of(snapshot, asIs.forecast().futures());
        Effect effect = Effect.between(asIs.forecast(), forecast, asIs.waiting());
        Instant now = snapshot.now();
        return startsAtOnce(snapshot)
                ? new Prospect(now, Optional.of(new StartTime(now, now, now)), Optional.empty(), effect)
                : new Prospect(
                        now,
                        forecast.of(Proposal.JOB)
                                .map(start -> asIs.promising().promised(now, start)),
                        new Explainer(snapshot, asIs.promising(), forecast).explain(Proposal.JOB),
                        effect);
    }

    private static boolean startsAtOnce(EngineSnapshot snapshot) {
        Rehearsal rehearsal = new Rehearsal(snapshot, snapshot.settings().queues(), snapshot.now());
        Optional<Started> started = rehearsal.startNext();
        while (started.isPresent()) {
            if (started.get().job().jobId().equals(Proposal.JOB)) {
                return true;
            }
            started = rehearsal.startNext();
        }
        return false;
    }
}
