package io.deeptrain.worker.adapter.runtime;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.WorkerAction;
import io.deeptrain.worker.attempt.WorkerIdentity;
import io.deeptrain.worker.attempt.WorkerInput;
import io.deeptrain.worker.attempt.WorkerProtocol;
import io.deeptrain.worker.attempt.WorkerState;
import io.deeptrain.worker.gpu.GpuHealth;
import io.deeptrain.worker.port.Lending;
import io.deeptrain.worker.port.MonotonicClock;
import io.deeptrain.worker.training.TrainingRun.Surroundings;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the worker's protocol on a thread of its own, which never waits for anyone: beats go out while the trainer
 * computes and while the broker is away.
 */
public final class WorkerProcess implements AutoCloseable {
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The trainer waits when so many of its reports are not yet read. */
    private static final int INPUTS_MAX = 10_000;

    private final MonotonicClock clock;
    private final Consumer<AttemptEvent> publish;
    private final Consumer<WorkerBeat> beat;
    private final TrainerThread trainer;
    private final Lending lending;
    private final BlockingQueue<WorkerInput> inputs = new LinkedBlockingQueue<>(INPUTS_MAX);
    private final CountDownLatch left = new CountDownLatch(1);
    private final Thread thread;
    private WorkerState state;

    /**
     * A worker that does not beat before it is started.
     *
     * @param lending runs ranks for other workers
     * @param publish takes an event and returns at once
     * @param beat takes a beat and returns at once
     */
    public WorkerProcess(
            WorkerIdentity identity,
            Surroundings surroundings,
            Lending lending,
            Consumer<AttemptEvent> publish,
            Consumer<WorkerBeat> beat) {
        this.clock = surroundings.clock();
        this.lending = lending;
        this.publish = publish;
        this.beat = beat;
        this.trainer = new TrainerThread(surroundings, this::report);
        this.state = WorkerProtocol.start(identity);
        this.thread = Thread.ofPlatform().daemon().name("worker-protocol").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    public void hear(AssignmentEvent event) {
        put(new WorkerInput.Heard(event));
    }

    public void acknowledge(AttemptEvent event) {
        put(new WorkerInput.Acknowledged(event));
    }

    public void see(GpuHealth health) {
        put(new WorkerInput.GpusSeen(health));
    }

    /** Saves and gives back what it holds; false if that took longer. */
    public boolean drain(Duration limit) throws InterruptedException {
        put(new WorkerInput.DrainRequested());
        return left.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Returns when it has given back what it held and takes no more, whoever wanted that. */
    public void awaitLeaving() throws InterruptedException {
        left.await();
    }

    public boolean isAlive() {
        return thread.isAlive();
    }

    private void report(TrainerReport report) {
        put(new WorkerInput.Trained(report));
    }

    private void put(WorkerInput input) {
        try {
            inputs.put(input);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long nextTickNanos = clock.nanos();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                long untilTick = nextTickNanos - clock.nanos();
                @Nullable WorkerInput input = untilTick <= 0 ? null : inputs.poll(untilTick, TimeUnit.NANOSECONDS);
                if (input == null) {
                    // A process that was frozen does not make up for the beats that it missed.
                    nextTickNanos = Math.max(nextTickNanos + TICK_NANOS, clock.nanos());
                    turn(new WorkerInput.Tick());
                } else {
                    turn(input);
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void turn(WorkerInput input) {
        WorkerProtocol.Turn turn = WorkerProtocol.apply(state, input, clock.millis());
        state = turn.state();
        for (WorkerAction action : turn.actions()) {
            switch (action) {
                case WorkerAction.Publish(AttemptEvent event) -> publish.accept(event);
                case WorkerAction.SendBeat(WorkerBeat next) -> beat.accept(next);
                case WorkerAction.Instruct(var order) -> trainer.obey(order);
                case WorkerAction.Lend(var ranks, var places) ->
                    lending.lend(ranks, places, () -> put(new WorkerInput.GivenBack(AttemptId.of(ranks))));
                case WorkerAction.TakeBack(var attempt) -> lending.takeBack(attempt);
                case WorkerAction.Leave() -> left.countDown();
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        trainer.close();
        lending.close();
    }
}
