package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.scheduler.control.Answer;
import io.deeptrain.scheduler.control.Answer.Done;
import io.deeptrain.scheduler.control.AuditEntry;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.engine.Decisions;
import io.deeptrain.scheduler.engine.Input;
import io.deeptrain.scheduler.engine.Input.Ordered;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Where operators' orders wait for the loop's thread, and operators for what became of them. */
final class OrderDesk {
    private static final int WAITING_MAX = 64;

    private final BlockingQueue<Slip> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    /** Folded, and not committed yet. */
    private final List<Served> served = new ArrayList<>();

    private record Slip(Order order, String operator, CompletableFuture<Answer> answer) {}

    private record Served(Slip slip, Answer answer) {}

    /** Called by operators' threads. An order that nobody waits for any more is not carried out. */
    Optional<Answer> place(Order order, String operator, Duration atMost) {
        Slip slip = new Slip(order, operator, new CompletableFuture<>());
        if (!waiting.offer(slip)) {
            return Optional.empty();
        }
        try {
            return Optional.of(slip.answer.get(atMost.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException | CancellationException notKnown) {
            return Optional.empty();
        } finally {
            waiting.remove(slip);
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** The engine carries out what is ordered; what it changes becomes part of the batch. */
    void serve(Function<Input, Decisions> engine, Instant now, Batch batch) {
        List<Slip> slips = new ArrayList<>();
        waiting.drainTo(slips);
        for (Slip slip : slips) {
            Decisions decisions = engine.apply(new Ordered(slip.order, now));
            Answer answer = decisions
                    .answer()
                    .orElseThrow(() -> new IllegalStateException("an order without an answer: " + slip.order));
            batch.add(decisions);
            if (answer instanceof Done(var before, var after) && !before.equals(after)) {
                batch.audit(
                        new AuditEntry(now, slip.operator, slip.order.action(), slip.order.target(), before, after));
            }
            served.add(new Served(slip, answer));
        }
    }

    /** What was served is committed. */
    void answer() {
        served.forEach(each -> each.slip.answer.complete(each.answer));
        served.clear();
    }

    /** What was served is not committed, or nobody knows. Whoever waits for it is told so. */
    void forget() {
        served.forEach(each -> each.slip.answer.cancel(false));
        served.clear();
    }
}
