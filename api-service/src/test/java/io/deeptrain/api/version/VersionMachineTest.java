package io.deeptrain.api.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.version.VersionMachine.Stop;
import io.deeptrain.api.version.VersionMachine.Turn;
import io.deeptrain.api.version.VersionState.Cancelled;
import io.deeptrain.api.version.VersionState.Failed;
import io.deeptrain.api.version.VersionState.Gone;
import io.deeptrain.api.version.VersionState.Pace;
import io.deeptrain.api.version.VersionState.Sealed;
import io.deeptrain.api.version.VersionState.Trained;
import io.deeptrain.api.version.VersionState.Training;
import io.deeptrain.api.version.VersionState.Untrained;
import io.deeptrain.api.version.VersionState.Waiting;
import io.deeptrain.event.AttemptEvent.InputsRead;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCheckpointed;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingBudgetReached;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VersionMachineTest {
    private static final Instant NOW = Instant.parse("2026-01-05T09:00:00Z");
    private static final JobId JOB = new JobId("job");
    private static final FencingToken FIRST = new FencingToken(1);
    private static final FencingToken SECOND = new FencingToken(2);
    private static final WorkerId ALICE = new WorkerId("alice");
    private static final StoredObject MODEL = new StoredObject("model", "0".repeat(64), 1);

    private static final VersionState WAITING = new Waiting(JOB, 0, false, false);
    private static final VersionState TRAINING = new Training(JOB, FIRST, 40, new Pace.Unknown(), false, false);
    private static final VersionState SEALED = new Sealed(JOB, NOW, 40);
    private static final VersionState TRAINED = new Trained(JOB, MODEL, Map.of("test_accuracy", 0.9), NOW);
    private static final VersionState FAILED = new Failed(JOB, Fault.USER, "BAD", "bad data", NOW);
    private static final VersionState CANCELLED = new Cancelled(JOB, NOW);

    private static final VersionState RESUMABLE = new Waiting(JOB, 40, true, false);
    private static final VersionState WAITING_TO_STOP = new Waiting(JOB, 40, true, true);
    private static final VersionState STOPPING = new Training(JOB, FIRST, 40, new Pace.Unknown(), false, true);

    static List<VersionState> underWay() {
        return List.of(WAITING, TRAINING, RESUMABLE, WAITING_TO_STOP, STOPPING);
    }

    static List<VersionState> notUnderWay() {
        return List.of(new Untrained(), SEALED, TRAINED, FAILED);
    }

    static List<VersionState> deleted() {
        return List.of(CANCELLED, new Gone());
    }

    @ParameterizedTest
    @MethodSource("underWay")
    void deleting_a_version_whose_job_is_under_way_cancels_it(VersionState state) {
        assertThat(VersionMachine.delete(new Version(state, 3), NOW))
                .isEqualTo(new Turn(new Version(CANCELLED, 3), List.of(new TrainingCancelled(JOB, NOW))));
    }

    @ParameterizedTest
    @MethodSource("notUnderWay")
    void deleting_a_version_with_nothing_under_way_tells_nobody(VersionState state) {
        assertThat(VersionMachine.delete(new Version(state, 3), NOW))
                .isEqualTo(new Turn(new Version(new Gone(), 3), List.of()));
    }

    @ParameterizedTest
    @MethodSource("deleted")
    void deleting_a_version_again_changes_nothing(VersionState state) {
        assertThat(VersionMachine.delete(new Version(state, 3), NOW.plusSeconds(9)))
                .isEqualTo(new Turn(new Version(state, 3), List.of()));
    }

    @Test
    void a_training_whose_budget_is_used_up_is_stopped_and_the_scheduler_is_told_why() {
        assertThat(VersionMachine.stopAtBudget(new Version(TRAINING, 3), NOW))
                .isEqualTo(new Stop.Accepted(
                        new Turn(new Version(STOPPING, 3), List.of(new TrainingBudgetReached(JOB, NOW)))));
        assertThat(VersionMachine.stopAtBudget(new Version(STOPPING, 3), NOW))
                .isEqualTo(new Stop.Accepted(new Turn(new Version(STOPPING, 3), List.of())));
    }

    @Test
    void a_training_that_is_stopped_remembers_it_and_tells_the_scheduler() {
        assertThat(VersionMachine.stop(new Version(TRAINING, 3), NOW))
                .isEqualTo(new Stop.Accepted(
                        new Turn(new Version(STOPPING, 3), List.of(new TrainingStopRequested(JOB, NOW)))));
        assertThat(VersionMachine.stop(new Version(RESUMABLE, 3), NOW))
                .isEqualTo(new Stop.Accepted(
                        new Turn(new Version(WAITING_TO_STOP, 3), List.of(new TrainingStopRequested(JOB, NOW)))));
    }

    @Test
    void a_stop_that_is_asked_for_again_or_crosses_the_end_tells_nobody() {
        for (VersionState state : List.of(STOPPING, WAITING_TO_STOP, SEALED)) {
            assertThat(VersionMachine.stop(new Version(state, 3), NOW.plusSeconds(9)))
                    .isEqualTo(new Stop.Accepted(new Turn(new Version(state, 3), List.of())));
        }
    }

    @Test
    void what_is_not_being_trained_cannot_be_stopped() {
        assertThat(refusal(WAITING)).contains("nothing to keep", "delete the version instead");
        assertThat(refusal(new Untrained())).contains("nobody asked");
        assertThat(refusal(TRAINED)).contains("trained already");
        assertThat(refusal(FAILED)).contains("failed already");
        assertThat(refusal(CANCELLED)).contains("deleted");
        assertThat(refusal(new Gone())).contains("deleted");
    }

    @Test
    void a_wish_to_stop_goes_with_the_job_from_attempt_to_attempt() {
        var requeued = new JobRequeued(JOB, 5, NOW, FIRST, RequeueCause.LEASE_LAPSED, "silent", 9, NOW);
        var assigned = new JobAssigned(JOB, 6, NOW, SECOND, ALICE, new Origin.Scratch());

        VersionState waiting = stateAfter(STOPPING, requeued);

        assertThat(waiting).isEqualTo(new Waiting(JOB, 40, false, true));
        assertThat(stateAfter(waiting, assigned))
                .isEqualTo(new Training(JOB, SECOND, 40, new Pace.Unknown(), false, true));
        assertThat(VersionMachine.apply(new Version(STOPPING, 3), report(FIRST, 90, 100, 1_000))
                        .state())
                .isInstanceOfSatisfying(
                        Training.class,
                        training -> assertThat(training.stopAsked()).isTrue());
    }

    @Test
    void whether_there_is_something_to_resume_from_is_what_the_newest_attempt_says() {
        var checkpoint = new Checkpoint(FIRST, 1, 1, 10, 900, MODEL);
        var saved = new JobCheckpointed(JOB, 4, NOW, checkpoint);
        var requeued = new JobRequeued(JOB, 5, NOW, FIRST, RequeueCause.PREEMPTED, "room", 9, NOW);
        var assigned = new JobAssigned(JOB, 6, NOW, SECOND, ALICE, new Origin.Resumed(checkpoint));
        var unread = new JobStarted(JOB, 7, NOW, SECOND, new Origin.Scratch());
        var read = new JobStarted(JOB, 7, NOW, SECOND, new Origin.Resumed(checkpoint));

        VersionState waiting = stateAfter(stateAfter(TRAINING, saved), requeued);
        assertThat(waiting).isEqualTo(RESUMABLE);
        VersionState again = stateAfter(waiting, assigned);
        assertThat(again).isEqualTo(new Training(JOB, SECOND, 40, new Pace.Unknown(), true, false));
        assertThat(stateAfter(again, read)).isEqualTo(again);
        assertThat(stateAfter(again, unread))
                .isEqualTo(new Training(JOB, SECOND, 40, new Pace.Unknown(), false, false));
    }

    @Test
    void a_training_that_is_being_stopped_says_so() {
        assertThat(PublicStatus.of(STOPPING))
                .contains(new PublicStatus(
                        StatusCode.MODEL_TRAINING,
                        40,
                        Optional.empty(),
                        "The training is being stopped and keeps what it has learned"));
        assertThat(PublicStatus.of(WAITING_TO_STOP).orElseThrow().details()).contains("being stopped");
        assertThat(PublicStatus.of(TRAINING).orElseThrow().details()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("underWay")
    void a_job_that_finishes_before_any_cancel_is_sealed(VersionState state) {
        Turn turn = VersionMachine.apply(new Version(state, 3), finishing(4), NOW);

        assertThat(turn.told()).containsExactly(new JobSealed(JOB, NOW));
        assertThat(turn.version().state()).isInstanceOf(Sealed.class);
    }

    @Test
    void a_cancel_that_was_committed_first_is_never_followed_by_a_seal() {
        assertThat(VersionMachine.apply(new Version(CANCELLED, 3), finishing(4), NOW))
                .isEqualTo(new Turn(new Version(CANCELLED, 4), List.of()));
    }

    @Test
    void a_history_entry_that_is_delivered_again_is_not_answered_again() {
        Version sealed = VersionMachine.apply(new Version(TRAINING, 3), finishing(4), NOW)
                .version();

        assertThat(VersionMachine.apply(sealed, finishing(4), NOW.plusSeconds(1)))
                .isEqualTo(new Turn(sealed, List.of()));
    }

    @Test
    void a_version_that_has_ended_cannot_finish() {
        assertThatThrownBy(() -> VersionMachine.apply(new Version(TRAINED, 3), finishing(4), NOW))
                .isInstanceOf(VersionMachine.ContradictionException.class)
                .hasMessageContaining("cannot finish");
    }

    @Test
    void a_sealed_version_becomes_what_the_scheduler_says() {
        var succeeded =
                new JobSucceeded(JOB, 5, NOW, FIRST, MODEL, Map.of("test_accuracy", 0.9), Completion.ALL_EPOCHS, 9);
        var failed = new JobFailed(JOB, 5, NOW, FIRST, Fault.USER, "BAD", "bad data", 9);

        assertThat(stateAfter(SEALED, succeeded)).isEqualTo(TRAINED);
        assertThat(stateAfter(SEALED, failed)).isEqualTo(FAILED);
        assertThat(stateAfter(new Gone(), succeeded)).isEqualTo(new Gone());
    }

    @Test
    void a_requeued_job_waits_again_and_keeps_how_far_it_had_come() {
        var requeued = new JobRequeued(JOB, 5, NOW, FIRST, RequeueCause.LEASE_LAPSED, "silent", 9, NOW);
        var assigned = new JobAssigned(JOB, 6, NOW, SECOND, ALICE, new Origin.Scratch());

        VersionState waiting = stateAfter(TRAINING, requeued);

        assertThat(waiting).isEqualTo(new Waiting(JOB, 40, false, false));
        assertThat(stateAfter(waiting, assigned))
                .isEqualTo(new Training(JOB, SECOND, 40, new Pace.Unknown(), false, false));
    }

    @Test
    void progress_never_goes_back_and_counts_for_the_current_attempt_only() {
        Version training = new Version(new Training(JOB, SECOND, 40, new Pace.Unknown(), false, false), 3);

        assertThat(percentAfter(training, report(SECOND, 10, 100, 1_000))).isEqualTo(40);
        assertThat(percentAfter(training, report(SECOND, 50, 100, 1_000))).isEqualTo(47);
        assertThat(VersionMachine.apply(training, report(FIRST, 90, 100, 1_000)))
                .isEqualTo(training);
    }

    @Test
    void how_far_an_attempt_is_with_its_inputs_is_told_until_it_learns() {
        Version version = new Version(new Training(JOB, FIRST, 0, new Pace.Unknown(), false, false), 3);
        Version reading = read(version, FIRST, 1_200);

        assertThat(PublicStatus.of(reading.state()))
                .contains(new PublicStatus(
                        StatusCode.MODEL_TRAINING, 0, Optional.empty(), "1,200 of 50,000 inputs read"));
        assertThat(read(reading, FIRST, 1_000)).isEqualTo(reading);
        assertThat(read(reading, SECOND, 1_300)).isEqualTo(reading);
        assertThat(stateAfter(reading.state(), new JobStarted(JOB, 7, NOW, FIRST, new Origin.Scratch())))
                .isEqualTo(version.state());
        Version learning = VersionMachine.apply(reading, report(FIRST, 50, 200, 1_000));
        assertThat(read(learning, FIRST, 50_000)).isEqualTo(learning);
    }

    private static Version read(Version version, FencingToken attempt, long inputs) {
        return VersionMachine.apply(version, new InputsRead(JOB, attempt, new WorkerId("gpu-1"), 1, inputs, 50_000))
                .version();
    }

    @Test
    void time_left_is_told_by_the_pace_of_the_attempt() {
        Version version = new Version(new Training(JOB, FIRST, 0, new Pace.Unknown(), false, false), 3);
        version = VersionMachine.apply(version, report(FIRST, 50, 200, 1_000));
        assertThat(leftOf(version)).isEmpty();

        version = VersionMachine.apply(version, report(FIRST, 100, 200, 6_000));
        assertThat(leftOf(version)).contains(Duration.ofSeconds(10));
    }

    @Test
    void only_a_trained_version_is_complete() {
        Progress exporting = new Progress(Phase.EXPORTING, 3, 3, 100, 100, 0.1, Map.of(), 10);

        assertThat(Completeness.percentOf(exporting)).isLessThan(100);
        assertThat(PublicStatus.of(TRAINED))
                .contains(new PublicStatus(StatusCode.MODEL_TRAINED, 100, Optional.empty(), ""));
    }

    @Test
    void a_deleted_version_does_not_exist() {
        assertThat(PublicStatus.of(CANCELLED)).isEmpty();
        assertThat(PublicStatus.of(new Gone())).isEmpty();
    }

    @Test
    void an_idempotency_key_trains_once_and_only_one_thing() {
        var accepted = Optional.of(new Submission.Accepted<>("version", "hash"));

        assertThat(Submission.<String>of(Optional.empty(), "hash")).isEqualTo(new Submission.Fresh<String>());
        assertThat(Submission.of(accepted, "hash")).isEqualTo(new Submission.Repeated<>("version"));
        assertThat(Submission.of(accepted, "other")).isEqualTo(new Submission.KeyReused<String>());
    }

    private static String refusal(VersionState state) {
        return VersionMachine.stop(new Version(state, 3), NOW) instanceof Stop.Refused(var reason) ? reason : "";
    }

    private static VersionState stateAfter(VersionState before, JobEvent event) {
        return VersionMachine.apply(new Version(before, event.sequence() - 1), event, NOW)
                .version()
                .state();
    }

    private static int percentAfter(Version version, ProgressReported report) {
        return PublicStatus.of(VersionMachine.apply(version, report).state())
                .orElseThrow()
                .percent();
    }

    private static Optional<Duration> leftOf(Version version) {
        return PublicStatus.of(version.state()).orElseThrow().left();
    }

    private static ProgressReported report(FencingToken attempt, long step, long steps, long readingMillis) {
        return new ProgressReported(
                JOB,
                attempt,
                ALICE,
                1,
                new Progress(Phase.TRAINING, 0, 2, step, steps, 0.5, Map.of(), 10),
                readingMillis);
    }

    private static JobFinishing finishing(long sequence) {
        return new JobFinishing(JOB, sequence, NOW, FIRST, 9);
    }
}
