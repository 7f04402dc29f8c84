package io.deeptrain.benchmarks.adapter.failover;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.Completion;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.WorkerId;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.worker.adapter.kafka.AssignmentReader;
import io.deeptrain.worker.adapter.kafka.AttemptOutlet;
import io.deeptrain.worker.adapter.kafka.BeatOutlet;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.attempt.TrainerOrder;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.WorkerAction;
import io.deeptrain.worker.attempt.WorkerIdentity;
import io.deeptrain.worker.attempt.WorkerInput;
import io.deeptrain.worker.attempt.WorkerProtocol;
import io.deeptrain.worker.attempt.WorkerState;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A worker with the real protocol on the real broker whose training is a pause, so that many fit on a small machine.
 * Everything happens on one thread.
 */
final class StandInWorker implements AutoCloseable {
    private final Duration training;
    private final ScheduledExecutorService thread;
    private final BeatOutlet beats;
    private final AttemptOutlet attempts;
    private final AssignmentReader reader;
    private final ScheduledFuture<?> ticks;
    private WorkerState state;
    private Optional<ScheduledFuture<?>> end = Optional.empty();

    /** Works from now on. */
    StandInWorker(String name, Duration training, String kafka, KafkaEventLog log) throws InterruptedException {
        this.training = training;
        WorkerId workerId = new WorkerId(name);
        state = WorkerProtocol.start(new WorkerIdentity(workerId, new IncarnationId(name + "-1"), "cpu", 1));
        thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
        String source = "/deeptrain/workers/" + name;
        beats = new BeatOutlet(log, source, InstantSource.system());
        attempts = new AttemptOutlet(log, source, InstantSource.system());
        attempts.start(event -> put(new WorkerInput.Acknowledged(event)));
        reader = new AssignmentReader(kafka, workerId, event -> put(new WorkerInput.Heard(event)), log);
        reader.awaitPosition();
        ticks = thread.scheduleAtFixedRate(() -> turn(new WorkerInput.Tick()), 0, 1, TimeUnit.SECONDS);
    }

    private void put(WorkerInput input) {
        thread.execute(() -> turn(input));
    }

    private void turn(WorkerInput input) {
        WorkerProtocol.Turn turn = WorkerProtocol.apply(state, input, TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
        state = turn.state();
        for (WorkerAction action : turn.actions()) {
            switch (action) {
                case WorkerAction.Publish(AttemptEvent event) -> attempts.publish(event);
                case WorkerAction.SendBeat(var beat) -> beats.send(beat);
                case WorkerAction.Instruct(TrainerOrder order) -> obey(order);
                // It leads and follows nobody: its beats name no door.
                case WorkerAction.Lend _, WorkerAction.TakeBack _, WorkerAction.Leave _ -> {}
            }
        }
    }

    private void obey(TrainerOrder order) {
        switch (order) {
            case TrainerOrder.Prepare(AttemptAssigned assignment) ->
                report(new TrainerReport.Prepared(AttemptId.of(assignment), assignment.origin(), 1, 0));
            case TrainerOrder.Begin(AttemptId attempt) ->
                end = Optional.of(thread.schedule(
                        () -> turn(new WorkerInput.Trained(finished(attempt, Completion.ALL_EPOCHS))),
                        training.toMillis(),
                        TimeUnit.MILLISECONDS));
            case TrainerOrder.FinishEarly(AttemptId attempt, Completion completion) -> {
                forgetEnd();
                report(finished(attempt, completion));
            }
            case TrainerOrder.SaveAndStop(AttemptId attempt) -> release(attempt);
            case TrainerOrder.StopNow(AttemptId attempt) -> release(attempt);
        }
    }

    private void release(AttemptId attempt) {
        forgetEnd();
        report(new TrainerReport.Released(attempt));
    }

    private void forgetEnd() {
        end.ifPresent(due -> due.cancel(false));
    }

    private void report(TrainerReport report) {
        put(new WorkerInput.Trained(report));
    }

    private static TrainerReport finished(AttemptId attempt, Completion completion) {
        StoredObject model = new StoredObject(
                "jobs/%s/attempts/%s/model".formatted(attempt.jobId(), attempt.token()), "ab".repeat(32), 1);
        return new TrainerReport.Finished(attempt, model, Map.of(), completion);
    }

    @Override
    public void close() {
        ticks.cancel(false);
        reader.close();
        thread.shutdownNow();
        attempts.close();
        beats.close();
    }
}
