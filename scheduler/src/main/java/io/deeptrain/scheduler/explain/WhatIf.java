package io.deeptrain.scheduler.explain;

import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.explain.Rehearsal.Started;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What would be if a job more was asked for now, or if workers or limits were others. It is made so in a copy of the
 * snapshot, of which is then asked what is asked of the true one; nothing is changed by that.
 *
 * @param job absent to see only what becomes of those who wait
 * @param edits in this order
 */
public record WhatIf(Optional<Proposal> job, List<Edit> edits) {
    /** More changes at once than this nobody can tell apart in the answer. */
    public static final int EDITS_MAX = 20;

    public WhatIf {
        edits = List.copyOf(edits);
        if (edits.size() > EDITS_MAX) {
            throw new IllegalArgumentException(
                    "a question has at most %d changes: %d".formatted(EDITS_MAX, edits.size()));
        }
        if (job.isEmpty() && edits.isEmpty()) {
            throw new IllegalArgumentException("a question needs a job or a change: it has neither");
        }
    }

    /**
     * Plays the futures through with it.
     *
     * @param asIs the queue without it
     * @throws IllegalArgumentException if a change is of something that is not there
     */
    public Prospect in(AsIs asIs) {
        EngineSnapshot snapshot = asIs.snapshot();
        for (Edit edit : edits) {
            snapshot = edit.in(snapshot);
        }
        if (job.isPresent()) {
            snapshot = snapshot.with(job.get().in(snapshot));
        }
        Forecast forecast = Forecast.of(snapshot, asIs.forecast().futures());
        Effect effect = Effect.between(asIs.forecast(), forecast, asIs.waiting());
        Instant now = snapshot.now();
        if (job.isEmpty()) {
            return new Prospect(now, Optional.empty(), Optional.empty(), effect);
        }
        return startsAtOnce(snapshot)
                ? new Prospect(now, Optional.of(new StartTime(now, now, now)), Optional.empty(), effect)
                : new Prospect(
                        now,
                        forecast.of(Proposal.JOB).map(start -> asIs.promising().promised(now, start)),
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
