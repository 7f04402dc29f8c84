package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** Where other threads wait for the loop's thread to take a snapshot of the engine. */
final class SnapshotDesk {
    private static final Logger LOG = Logger.getLogger(SnapshotDesk.class);
    private static final int WAITING_MAX = 64;

    private final BlockingQueue<CompletableFuture<EngineSnapshot>> waiting = new ArrayBlockingQueue<>(WAITING_MAX);

    /** Empty if too many wait, or if there is none within {@code atMost}. */
    Optional<EngineSnapshot> ask(Duration atMost) {
        CompletableFuture<EngineSnapshot> answer = new CompletableFuture<>();
        if (!waiting.offer(answer)) {
            return Optional.empty();
        }
        try {
            return Optional.of(answer.get(atMost.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException tooLate) {
            LOG.debugf(tooLate, "no snapshot within %s", atMost);
            return Optional.empty();
        }
    }

    /** Between two batches. All who wait get the same. */
    void answer(SchedulerEngine engine) {
        if (!waiting.isEmpty()) {
            EngineSnapshot snapshot = engine.snapshot();
            List<CompletableFuture<EngineSnapshot>> answers = new ArrayList<>();
            waiting.drainTo(answers);
            answers.forEach(answer -> answer.complete(snapshot));
        }
    }
}
