package io.deeptrain.scheduler.adapter.rest;

import io.deeptrain.scheduler.adapter.quarkus.SchedulerProcess;
import io.deeptrain.scheduler.explain.Explainer;
import io.deeptrain.scheduler.explain.Prospect;
import io.deeptrain.scheduler.explain.WhatIf;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.ServiceUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * The queue as it was a moment ago. Whoever asks within a second gets the same, so that asking costs the engine little.
 */
@ApplicationScoped
public class CurrentQueue {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration KEPT = Duration.ofSeconds(1);
    private static final int WHAT_IFS_MAX = 4;
    private static final long RETRY_SECONDS = 1;

    private final SchedulerProcess process;
    private final Semaphore whatIfs = new Semaphore(WHAT_IFS_MAX);
    private Optional<Explainer> explainer = Optional.empty();
    private long takenNanos;

    CurrentQueue(SchedulerProcess process) {
        this.process = process;
    }

    /**
     * What is asked of the queue, one at a time.
     *
     * @throws ServiceUnavailableException if this is not the leader, or it has no time
     */
    synchronized <T> T ask(Function<Explainer, T> question) {
        if (explainer.isEmpty() || System.nanoTime() - takenNanos > KEPT.toNanos()) {
            explainer = process.snapshot(ANSWER_TIMEOUT).map(snapshot -> new Explainer(snapshot, process::promised));
            takenNanos = System.nanoTime();
        }
        return question.apply(explainer.orElseThrow(() -> new ServiceUnavailableException(
                "not the leader: %s".formatted(process.view().role()))));
    }

    /**
     * Plays the futures through as they would be. That takes up to some seconds where many wait, so only few may ask at
     * once; meanwhile others are answered what they {@linkplain #ask ask}.
     *
     * @throws ServiceUnavailableException as above, or if too many ask
     */
    Prospect whatIf(WhatIf question) {
        if (!whatIfs.tryAcquire()) {
            throw new ServiceUnavailableException(
                    "%d others ask what would be if".formatted(WHAT_IFS_MAX), RETRY_SECONDS);
        }
        try {
            return question.in(ask(Explainer::asIs));
        } finally {
            whatIfs.release();
        }
    }
}
