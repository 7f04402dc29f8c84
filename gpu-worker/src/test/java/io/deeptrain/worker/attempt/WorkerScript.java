package io.deeptrain.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.Completion;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.event.WorkerId;
import io.deeptrain.worker.attempt.TrainerReport.Advanced;
import io.deeptrain.worker.attempt.TrainerReport.CheckpointWritten;
import io.deeptrain.worker.attempt.TrainerReport.Prepared;
import io.deeptrain.worker.attempt.WorkerAction.Instruct;
import io.deeptrain.worker.attempt.WorkerAction.Publish;
import io.deeptrain.worker.attempt.WorkerAction.SendBeat;
import io.deeptrain.worker.attempt.WorkerInput.Acknowledged;
import io.deeptrain.worker.attempt.WorkerInput.GpusSeen;
import io.deeptrain.worker.attempt.WorkerInput.Heard;
import io.deeptrain.worker.attempt.WorkerInput.Tick;
import io.deeptrain.worker.attempt.WorkerInput.Trained;
import io.deeptrain.worker.gpu.GpuHealth;
import java.util.List;
import java.util.Map;

/** A worker's protocol under test: feeds it inputs and keeps what the newest one led to. */
final class WorkerScript {
    static final WorkerId ME = new WorkerId("gpu-1");
    static final IncarnationId INCARNATION = new IncarnationId("start-1");
    static final JobId JOB = new JobId("job-1");
    static final JobId OTHER_JOB = new JobId("job-2");
    static final StoredObject MODEL = new StoredObject("jobs/job-1/model", "a".repeat(64), 10);
    static final Origin SCRATCH = new Origin.Scratch();

    private WorkerState state;
    private List<WorkerAction> actions = List.of();
    private long nowMillis = 50_000;

    private WorkerScript(int gpus) {
        state = WorkerProtocol.start(new WorkerIdentity(ME, INCARNATION, "cpu", gpus));
    }

    static WorkerScript idleWith(int gpus) {
        return new WorkerScript(gpus);
    }

    static WorkerScript idle() {
        return idleWith(1);
    }

    static WorkerScript preparing() {
        return idle().when(assigned(JOB, 1));
    }

    /** Started at 50,000 ms, acknowledged. */
    static WorkerScript running() {
        return preparing().when(prepared()).acknowledgeAll();
    }

    static AttemptId attempt(JobId job, long token) {
        return new AttemptId(job, new FencingToken(token));
    }

    static AttemptAssigned assignment(JobId job, long token) {
        return assignment(job, token, 1);
    }

    static AttemptAssigned assignment(JobId job, long token, int gpus) {
        return new AttemptAssigned(
                job,
                new FencingToken(token),
                ME,
                INCARNATION,
                new Tenant("me", "app"),
                new TrainingSpec(
                        "visual-classifier",
                        "classification_cifar10_v1",
                        Map.of(),
                        List.of("cat", "dog"),
                        new StoredObject("manifest", "b".repeat(64), 1),
                        10,
                        5,
                        gpus,
                        42),
                SCRATCH);
    }

    /** The second of two ranks. */
    static RanksAssigned ranks(JobId job, long token) {
        return new RanksAssigned(job, new FencingToken(token), ME, INCARNATION, 1, 1, 2, "gpu-7:7400");
    }

    static WorkerInput assigned(JobId job, long token) {
        return new Heard(assignment(job, token));
    }

    static WorkerInput stopRequested(JobId job, long token, StopReason reason) {
        return new Heard(stopRequest(job, token, reason));
    }

    static AssignmentEvent stopRequest(JobId job, long token, StopReason reason) {
        return new AttemptStopRequested(job, new FencingToken(token), ME, INCARNATION, reason);
    }

    static WorkerInput prepared() {
        return new Trained(new Prepared(attempt(JOB, 1), SCRATCH, 10, 1));
    }

    static WorkerInput inputsRead(long inputs) {
        return new Trained(new TrainerReport.InputsRead(attempt(JOB, 1), inputs));
    }

    static WorkerInput advancedTo(long step) {
        return new Trained(new Advanced(attempt(JOB, 1), progress(step)));
    }

    static Progress progress(long step) {
        return new Progress(Phase.TRAINING, 0, 2, step, 100, 0.5, Map.of(), 10);
    }

    static WorkerInput checkpointWritten(long step, long takenAtMillis) {
        return new Trained(new CheckpointWritten(attempt(JOB, 1), 1, step, takenAtMillis, MODEL));
    }

    /** Only these places of the worker's GPUs can be relied on. */
    static WorkerInput leftOfGpus(Integer... places) {
        return new GpusSeen(new GpuHealth.PartlyBroken(List.of(places), List.of("too hot")));
    }

    static WorkerInput finished() {
        return new Trained(new TrainerReport.Finished(
                attempt(JOB, 1), MODEL, Map.of("test_accuracy", 0.9), Completion.ALL_EPOCHS));
    }

    static WorkerInput released() {
        return new Trained(new TrainerReport.Released(attempt(JOB, 1)));
    }

    WorkerScript after(long millis) {
        nowMillis += millis;
        return this;
    }

    WorkerScript when(WorkerInput input) {
        WorkerProtocol.Turn turn = WorkerProtocol.apply(state, input, nowMillis);
        state = turn.state();
        actions = turn.actions();
        return this;
    }

    WorkerScript acknowledgeAll() {
        state.unacknowledged().forEach(waiting -> when(new Acknowledged(waiting.event())));
        return this;
    }

    WorkerScript thenActions(WorkerAction... expected) {
        assertThat(actions).containsExactly(expected);
        return this;
    }

    WorkerScript thenNothing() {
        assertThat(actions).isEmpty();
        return this;
    }

    WorkerScript thenOrders(TrainerOrder... expected) {
        assertThat(orders()).containsExactly(expected);
        return this;
    }

    WorkerScript thenPublished(AttemptEvent... expected) {
        assertThat(published()).containsExactly(expected);
        return this;
    }

    WorkerScript thenHolds(AttemptId... expected) {
        WorkerBeat beat = when(new Tick()).beats().getLast();
        assertThat(beat.holdings())
                .containsExactly(List.of(expected).stream()
                        .map(attempt -> new Holding(attempt.jobId(), attempt.token()))
                        .toArray(Holding[]::new));
        return this;
    }

    List<TrainerOrder> orders() {
        return actions.stream()
                .filter(Instruct.class::isInstance)
                .map(action -> ((Instruct) action).order())
                .toList();
    }

    List<AttemptEvent> published() {
        return actions.stream()
                .filter(Publish.class::isInstance)
                .map(action -> ((Publish) action).event())
                .toList();
    }

    List<WorkerBeat> beats() {
        return actions.stream()
                .filter(SendBeat.class::isInstance)
                .map(action -> ((SendBeat) action).beat())
                .toList();
    }

    List<WorkerAction> actions() {
        return actions;
    }

    WorkerState state() {
        return state;
    }

    long nowMillis() {
        return nowMillis;
    }
}
