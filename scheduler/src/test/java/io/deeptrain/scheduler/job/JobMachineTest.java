package io.deeptrain.scheduler.job;

import static io.deeptrain.scheduler.job.Decision.Refusal.ALREADY_ENDED;
import static io.deeptrain.scheduler.job.Decision.Refusal.CANCEL_UNDER_WAY;
import static io.deeptrain.scheduler.job.Decision.Refusal.NOTHING_NEW;
import static io.deeptrain.scheduler.job.Decision.Refusal.NOT_YET;
import static io.deeptrain.scheduler.job.Decision.Refusal.STALE_TOKEN;
import static io.deeptrain.scheduler.job.JobScenario.after;
import static io.deeptrain.scheduler.job.JobScenario.given;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.ONE;
import static io.deeptrain.scheduler.job.Jobs.PLATFORM_FAULT;
import static io.deeptrain.scheduler.job.Jobs.SECOND;
import static io.deeptrain.scheduler.job.Jobs.SUCCESS;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.USER_FAULT;
import static io.deeptrain.scheduler.job.Jobs.atStep;
import static io.deeptrain.scheduler.job.Jobs.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.Origin.Resumed;
import io.deeptrain.event.Origin.Scratch;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.job.Ending.Cancelled;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.Ending.Succeeded;
import io.deeptrain.scheduler.job.JobCommand.Assign;
import io.deeptrain.scheduler.job.JobCommand.Cancel;
import io.deeptrain.scheduler.job.JobCommand.ConcludeStop;
import io.deeptrain.scheduler.job.JobCommand.Fail;
import io.deeptrain.scheduler.job.JobCommand.GiveUp;
import io.deeptrain.scheduler.job.JobCommand.KeepCheckpoint;
import io.deeptrain.scheduler.job.JobCommand.ReadInputs;
import io.deeptrain.scheduler.job.JobCommand.Reject;
import io.deeptrain.scheduler.job.JobCommand.Report;
import io.deeptrain.scheduler.job.JobCommand.Seal;
import io.deeptrain.scheduler.job.JobCommand.Start;
import io.deeptrain.scheduler.job.JobCommand.Stop;
import io.deeptrain.scheduler.job.JobCommand.Succeed;
import io.deeptrain.scheduler.job.JobFact.CancelBegun;
import io.deeptrain.scheduler.job.JobFact.CheckpointKept;
import io.deeptrain.scheduler.job.JobFact.Ended;
import io.deeptrain.scheduler.job.JobFact.Finished;
import io.deeptrain.scheduler.job.JobFact.InputsRead;
import io.deeptrain.scheduler.job.JobFact.MeterRead;
import io.deeptrain.scheduler.job.JobFact.Progressed;
import io.deeptrain.scheduler.job.JobFact.Requeued;
import io.deeptrain.scheduler.job.JobFact.Started;
import io.deeptrain.scheduler.job.JobFact.StopAsked;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JobMachineTest {
    static final JobFact ASSIGNED = assigned(ALICE, FIRST);
    static final JobFact STARTED = new Started(new Scratch(), T0);
    static final JobFact STOP = new StopAsked(StopWish.OF_TENANT);
    static final JobFact LOST = lost(Losses.NONE.and(ALICE), 0);
    static final Instant CANCELLED_AT = T0.plusSeconds(7);
    static final Succeeded STOPPED = new Succeeded(SUCCESS.model(), SUCCESS.metrics(), Completion.STOPPED_BY_TENANT);
    static final String GONE = "gone";

    /** One state of each kind. */
    static final Map<String, JobState> STATES = states();

    /** One command of each kind, all of the first attempt. */
    static final List<JobCommand> COMMANDS = List.of(
            new Assign(ALICE, ONE, 1),
            new ReadInputs(FIRST, 20),
            new Start(FIRST, new Scratch()),
            new Report(FIRST, atStep(9), 9000),
            new KeepCheckpoint(FIRST, checkpoint(FIRST, 1, 9, 9000)),
            new Succeed(FIRST, SUCCESS, 9000),
            new Fail(FIRST, PLATFORM_FAULT, 9000),
            new ConcludeStop(FIRST, StopReason.PREEMPTED, 9000),
            new GiveUp(FIRST, RequeueCause.LEASE_LAPSED, GONE),
            new Stop(StopWish.OF_TENANT),
            new Reject(USER_FAULT),
            new Cancel(CANCELLED_AT),
            new Seal());

    /** Rows are states, columns commands: what follows, by the name of the fact or the refusal. */
    static final String TABLE = """
            state      Assign        ReadInputs       Start            Report          KeepCheckpoint   Succeed         Fail            ConcludeStop    GiveUp          Stop             Reject        Cancel           Seal
            Queued     Assigned      STALE_TOKEN      STALE_TOKEN      STALE_TOKEN     STALE_TOKEN      STALE_TOKEN     STALE_TOKEN     STALE_TOKEN     STALE_TOKEN     NOTHING_TO_KEEP  Finished      Ended            NOT_FINISHING
            Requeued   Assigned      ATTEMPT_IS_OVER  ATTEMPT_IS_OVER  ATTEMPT_IS_OVER ATTEMPT_IS_OVER  ATTEMPT_IS_OVER ATTEMPT_IS_OVER ATTEMPT_IS_OVER ATTEMPT_IS_OVER StopAsked        Finished      Ended            NOT_FINISHING
            Assigned   NOT_QUEUED    InputsRead       Started          NOT_STARTED     NOT_STARTED      NOT_STARTED     Requeued        Requeued        Requeued        StopAsked        NOT_QUEUED    CancelBegun      NOT_FINISHING
            Running    NOT_QUEUED    NOTHING_NEW      NOTHING_NEW      Progressed      CheckpointKept   Finished        Requeued        Requeued        Requeued        StopAsked        NOT_QUEUED    CancelBegun      NOT_FINISHING
            Stopping   NOT_QUEUED    NOTHING_NEW      NOTHING_NEW      Progressed      CheckpointKept   Finished        Requeued        Requeued        Requeued        NOTHING_NEW      NOT_QUEUED    CancelBegun      NOT_FINISHING
            Cancelling NOT_QUEUED    CANCEL_UNDER_WAY CANCEL_UNDER_WAY MeterRead       CANCEL_UNDER_WAY Ended           Ended           Ended           Ended           CANCEL_UNDER_WAY NOT_QUEUED    CANCEL_UNDER_WAY NOT_FINISHING
            Finishing  NOT_QUEUED    ATTEMPT_IS_OVER  ATTEMPT_IS_OVER  ATTEMPT_IS_OVER ATTEMPT_IS_OVER  ATTEMPT_IS_OVER ATTEMPT_IS_OVER ATTEMPT_IS_OVER ATTEMPT_IS_OVER ATTEMPT_IS_OVER  NOT_QUEUED    Ended            Ended
            Ended      ALREADY_ENDED ALREADY_ENDED    ALREADY_ENDED    ALREADY_ENDED   ALREADY_ENDED    ALREADY_ENDED   ALREADY_ENDED   ALREADY_ENDED   ALREADY_ENDED   ALREADY_ENDED    ALREADY_ENDED ALREADY_ENDED    ALREADY_ENDED
            """;

    @Test
    void every_command_in_every_state_has_the_answer_of_the_table() {
        StringBuilder actual = new StringBuilder();
        STATES.forEach((name, state) -> {
            actual.append(name);
            COMMANDS.forEach(command -> actual.append(' ').append(answer(state, command)));
            actual.append('\n');
        });
        String expected = TABLE.lines()
                .skip(1)
                .map(line -> line.replaceAll(" +", " ") + "\n")
                .reduce("", String::concat);

        assertThat(actual).hasToString(expected);
    }

    @Test
    void the_table_misses_no_state_and_no_command() {
        assertThat(STATES.values().stream().<Class<?>>map(Object::getClass).distinct())
                .containsExactlyInAnyOrderElementsOf(records(JobState.class));
        assertThat(COMMANDS.stream().<Class<?>>map(Object::getClass))
                .containsExactlyInAnyOrderElementsOf(records(JobCommand.class));
        assertThat(List.of(TABLE.lines().findFirst().orElseThrow().split(" +")))
                .isEqualTo(Stream.concat(
                                Stream.of("state"),
                                COMMANDS.stream()
                                        .map(command -> command.getClass().getSimpleName()))
                        .toList());
    }

    @Test
    void a_fact_that_cannot_follow_a_state_is_a_bug() {
        assertThatThrownBy(() -> after(STARTED))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot follow");
        assertThatThrownBy(() -> after(ASSIGNED, ASSIGNED)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void each_assignment_has_the_next_token() {
        given().when(new Assign(ALICE, ONE, 1)).then(assigned(ALICE, FIRST));
        given(ASSIGNED, LOST)
                .at(T0.plusSeconds(1))
                .when(new Assign(BOB, ONE, 1))
                .then(new JobFact.Assigned(new Lease(BOB, ONE, SECOND, 1, T0.plusSeconds(1))));
    }

    @Test
    void a_back_off_ends_at_its_instant_and_not_before() {
        given(ASSIGNED, LOST)
                .at(T0.plusSeconds(1).minusNanos(1))
                .when(new Assign(BOB, ONE, 1))
                .thenRefused(NOT_YET);
        given(ASSIGNED, LOST)
                .at(T0.plusSeconds(1))
                .when(new Assign(BOB, ONE, 1))
                .then(new JobFact.Assigned(new Lease(BOB, ONE, SECOND, 1, T0.plusSeconds(1))));
    }

    @Test
    void an_attempt_that_is_not_the_newest_changes_nothing() {
        JobFact[] secondAttempt = {ASSIGNED, STARTED, LOST, assigned(BOB, SECOND), STARTED};
        given(secondAttempt).when(new Report(FIRST, atStep(9), 9000)).thenRefused(STALE_TOKEN);
        given(secondAttempt).when(new Succeed(FIRST, SUCCESS, 9000)).thenRefused(STALE_TOKEN);
        given(secondAttempt).when(new Fail(FIRST, USER_FAULT, 9000)).thenRefused(STALE_TOKEN);
        given(secondAttempt).when(new Succeed(SECOND.next(), SUCCESS, 9000)).thenRefused(STALE_TOKEN);
        given(secondAttempt).when(new Succeed(SECOND, SUCCESS, 9000)).then(new Finished(SUCCESS, 9000));
    }

    @Test
    void more_inputs_are_new_and_the_same_once_more_are_not() {
        given(ASSIGNED).when(new ReadInputs(FIRST, 0)).then(new InputsRead(0));
        given(ASSIGNED, new InputsRead(0)).when(new ReadInputs(FIRST, 0)).thenRefused(NOTHING_NEW);
        given(ASSIGNED, new InputsRead(20)).when(new ReadInputs(FIRST, 19)).thenRefused(NOTHING_NEW);
        given(ASSIGNED, new InputsRead(20)).when(new ReadInputs(FIRST, 21)).then(new InputsRead(21));
        // Of the next attempt nothing is known again.
        given(ASSIGNED, new InputsRead(20), LOST, assigned(BOB, SECOND))
                .when(new ReadInputs(SECOND, 1))
                .then(new InputsRead(1));
    }

    @Test
    void an_attempt_that_is_lost_while_it_prepares_costs_nothing() {
        given(ASSIGNED, new InputsRead(20))
                .when(new GiveUp(FIRST, RequeueCause.STALLED, GONE))
                .then(new Requeued(RequeueCause.STALLED, GONE, 0, Losses.NONE.and(ALICE), T0, T0.plusSeconds(1)));
    }

    @Test
    void a_stop_forgets_no_input_that_was_read() {
        given(ASSIGNED, new InputsRead(20), STOP)
                .when(new ReadInputs(FIRST, 20))
                .thenRefused(NOTHING_NEW);
    }

    @Test
    void a_reading_counts_only_with_new_work() {
        given(ASSIGNED, STARTED, new Progressed(atStep(10), 5000))
                .when(new Report(FIRST, atStep(10), 6000))
                .thenRefused(NOTHING_NEW);
        given(ASSIGNED, STARTED, new Progressed(atStep(10), 5000))
                .when(new Report(FIRST, atStep(11), 6000))
                .then(new Progressed(atStep(11), 6000));
    }

    @Test
    void the_meter_never_goes_back() {
        given(ASSIGNED, STARTED, new Progressed(atStep(10), 5000))
                .when(new Report(FIRST, atStep(11), 4000))
                .then(new Progressed(atStep(11), 5000));
        given(ASSIGNED, STARTED, new Progressed(atStep(10), 5000))
                .when(new Succeed(FIRST, SUCCESS, 4000))
                .then(new Finished(SUCCESS, 5000));
    }

    @Test
    void work_that_was_in_the_checkpoint_is_no_progress() {
        Resumed resumed = new Resumed(checkpoint(FIRST, 1, 100, 50_000));
        given(ASSIGNED, new Started(resumed, T0))
                .when(new Report(FIRST, atStep(100), 10))
                .thenRefused(NOTHING_NEW);
        given(ASSIGNED, new Started(resumed, T0))
                .when(new Report(FIRST, atStep(101), 10))
                .then(new Progressed(atStep(101), 10));
    }

    @Test
    void a_checkpoint_is_kept_once_and_an_older_one_never() {
        JobFact kept = new CheckpointKept(checkpoint(FIRST, 2, 20, 2000));
        given(ASSIGNED, STARTED, kept)
                .when(new KeepCheckpoint(FIRST, checkpoint(FIRST, 2, 20, 2000)))
                .thenRefused(NOTHING_NEW);
        given(ASSIGNED, STARTED, kept)
                .when(new KeepCheckpoint(FIRST, checkpoint(FIRST, 1, 10, 1000)))
                .thenRefused(NOTHING_NEW);
        given(ASSIGNED, STARTED, kept)
                .when(new KeepCheckpoint(FIRST, checkpoint(FIRST, 3, 30, 3000)))
                .then(new CheckpointKept(checkpoint(FIRST, 3, 30, 3000)));
    }

    @Test
    void a_lost_attempt_is_followed_by_one_that_resumes_from_its_newest_checkpoint() {
        var first = checkpoint(FIRST, 1, 100, 45_000);
        var second = checkpoint(SECOND, 1, 150, 30_000);
        JobState state = after(
                ASSIGNED,
                STARTED,
                new CheckpointKept(first),
                lost(Losses.NONE.and(ALICE), 50_000),
                assigned(BOB, SECOND),
                new Started(new Resumed(first), T0),
                new CheckpointKept(second),
                lost(Losses.NONE.and(ALICE).and(BOB), 31_000));

        assertThat(state)
                .isEqualTo(new JobState.Queued(
                        SECOND,
                        T0,
                        T0.plusSeconds(1),
                        new Losses(List.of(ALICE, BOB)),
                        new Lineage(new Resumed(second), 75_000, 75_000),
                        StopWish.NONE));
    }

    @Test
    void an_attempt_that_could_not_read_its_checkpoint_builds_on_nothing() {
        JobState state = after(
                ASSIGNED,
                STARTED,
                new CheckpointKept(checkpoint(FIRST, 1, 100, 45_000)),
                LOST,
                assigned(BOB, SECOND),
                STARTED,
                new Progressed(atStep(5), 700));

        assertThat(((JobState.Running) state).billableMillis()).isEqualTo(700);
        assertThat(((JobState.Running) state).lineage()).isEqualTo(Lineage.SCRATCH);
    }

    @Test
    void the_users_fault_is_not_tried_again() {
        given(ASSIGNED).when(new Fail(FIRST, USER_FAULT, 0)).then(new Finished(USER_FAULT, 0));
        given(ASSIGNED, STARTED).when(new Fail(FIRST, USER_FAULT, 190_000)).then(new Finished(USER_FAULT, 190_000));
    }

    @Test
    void the_platforms_fault_is_tried_again_after_a_pause() {
        given(ASSIGNED, STARTED)
                .when(new Fail(FIRST, PLATFORM_FAULT, 500))
                .then(new Requeued(
                        RequeueCause.ATTEMPT_FAILED,
                        "WORKER_CRASHED: signal 9",
                        500,
                        Losses.NONE.and(ALICE),
                        T0,
                        T0.plusSeconds(1)));
    }

    @Test
    void the_last_attempt_of_the_budget_is_not_followed_by_another() {
        Losses ten = new Losses(Collections.nCopies(10, ALICE));
        JobFact tenLost = lost(ten, 0);
        given(ASSIGNED, tenLost, assigned(BOB, SECOND))
                .when(new GiveUp(SECOND, RequeueCause.LEASE_LAPSED, GONE))
                .then(new Requeued(
                        RequeueCause.LEASE_LAPSED,
                        GONE,
                        0,
                        ten.and(BOB),
                        T0,
                        T0.plus(RetryPolicy.STANDARD.backOffMax())));
        given(ASSIGNED, lost(ten.and(BOB), 0), assigned(BOB, SECOND))
                .when(new GiveUp(SECOND, RequeueCause.LEASE_LAPSED, GONE))
                .then(new Finished(
                        new Failed(
                                Fault.PLATFORM, JobMachine.ATTEMPTS_EXHAUSTED, "12 attempts were lost, the last: gone"),
                        0));
    }

    @Test
    void making_room_costs_nothing_of_the_budget_and_no_pause() {
        given(ASSIGNED, STARTED)
                .when(new ConcludeStop(FIRST, StopReason.PREEMPTED, 500))
                .then(new Requeued(RequeueCause.PREEMPTED, "The worker made room as asked.", 500, Losses.NONE, T0, T0));
    }

    @Test
    void a_cap_that_was_reached_before_there_was_a_model_is_the_users_fault() {
        given(ASSIGNED, STARTED)
                .when(new ConcludeStop(FIRST, StopReason.BUDGET_REACHED, 500))
                .then(new Finished(
                        new Failed(
                                Fault.USER,
                                JobMachine.BUDGET_TOO_SMALL,
                                "The cost cap was reached before there was a model to keep."),
                        500));
    }

    @Test
    void so_is_the_longest_time_that_was_over_before_there_was_a_model() {
        given(ASSIGNED, STARTED)
                .when(new ConcludeStop(FIRST, StopReason.RUN_TIME_REACHED, 500))
                .then(new Finished(
                        new Failed(
                                Fault.USER,
                                JobMachine.RUN_TIME_TOO_SHORT,
                                "It had run for as long as a training may before there was a model to keep."),
                        500));
    }

    @Test
    void a_stop_that_nobody_asked_for_counts_as_a_loss() {
        for (StopReason reason : List.of(StopReason.CANCELLED, StopReason.SUPERSEDED, StopReason.STOP_AND_KEEP_BEST)) {
            given(ASSIGNED, STARTED)
                    .when(new ConcludeStop(FIRST, reason, 500))
                    .then(new Requeued(
                            RequeueCause.ATTEMPT_FAILED,
                            "The worker stopped as nobody had asked it to: " + reason,
                            500,
                            Losses.NONE.and(ALICE),
                            T0,
                            T0.plusSeconds(1)));
        }
    }

    @Test
    void a_stop_is_remembered_from_attempt_to_attempt() {
        JobFact kept = new CheckpointKept(checkpoint(FIRST, 1, 100, 45_000));
        assertThat(stopAsked(after(ASSIGNED, STOP, STARTED, kept))).isTrue();
        assertThat(stopAsked(after(ASSIGNED, STOP, LOST))).isTrue();
        assertThat(stopAsked(after(ASSIGNED, STARTED, kept, STOP, LOST, assigned(BOB, SECOND))))
                .isTrue();
        assertThat(stopAsked(after(ASSIGNED, STARTED, LOST, STOP, assigned(BOB, SECOND), STARTED)))
                .isTrue();
        assertThat(stopAsked(after(ASSIGNED, STARTED, STOP, new Progressed(atStep(9), 9000))))
                .isTrue();
        assertThat(stopAsked(after(ASSIGNED, STARTED, kept, LOST, assigned(BOB, SECOND), STARTED)))
                .isFalse();
    }

    @Test
    void a_stop_that_is_asked_for_again_changes_nothing_in_any_state() {
        for (JobState state :
                List.of(after(ASSIGNED, STARTED, LOST, STOP), after(ASSIGNED, STOP), after(ASSIGNED, STARTED, STOP))) {
            for (StopWish wish : List.of(StopWish.OF_TENANT, StopWish.OF_BUDGET)) {
                assertThat(JobMachine.decide(state, new Stop(wish), RetryPolicy.STANDARD, T0))
                        .isEqualTo(Decision.refused(NOTHING_NEW));
            }
        }
    }

    @Test
    void a_cancel_wins_over_a_stop_wherever_the_job_is() {
        given(ASSIGNED, STARTED, STOP).when(new Cancel(CANCELLED_AT)).then(new CancelBegun(CANCELLED_AT));
        given(ASSIGNED, STOP).when(new Cancel(CANCELLED_AT)).then(new CancelBegun(CANCELLED_AT));
        given(ASSIGNED, STARTED, STOP, LOST)
                .when(new Cancel(CANCELLED_AT))
                .then(new Ended(new Cancelled(CANCELLED_AT), 0, T0));
        given(ASSIGNED, STARTED, STOP, new Finished(STOPPED, 9000))
                .when(new Cancel(CANCELLED_AT))
                .then(new Ended(new Cancelled(CANCELLED_AT), 9000, T0));
    }

    @Test
    void a_stopped_attempt_that_kept_its_model_is_a_success() {
        given(ASSIGNED, STARTED, STOP).when(new Succeed(FIRST, STOPPED, 9000)).then(new Finished(STOPPED, 9000));
        given(ASSIGNED, STARTED, STOP, new Finished(STOPPED, 9000))
                .when(new Seal())
                .then(new Ended(STOPPED, 9000, T0));
    }

    @Test
    void a_cancel_in_the_queue_ends_the_job_and_costs_nothing() {
        given().when(new Cancel(CANCELLED_AT)).then(new Ended(new Cancelled(CANCELLED_AT), 0, T0));
        given(ASSIGNED, STARTED, lost(Losses.NONE.and(ALICE), 40_000))
                .when(new Cancel(CANCELLED_AT))
                .then(new Ended(new Cancelled(CANCELLED_AT), 0, T0));
    }

    @Test
    void a_cancel_before_the_meter_started_costs_nothing_whatever_the_worker_reads() {
        given(ASSIGNED, new CancelBegun(CANCELLED_AT))
                .when(new ConcludeStop(FIRST, StopReason.CANCELLED, 900))
                .then(new Ended(new Cancelled(CANCELLED_AT), 0, T0));
        given(ASSIGNED, new CancelBegun(CANCELLED_AT))
                .when(new Report(FIRST, atStep(1), 900))
                .thenRefused(CANCEL_UNDER_WAY);
    }

    @Test
    void a_success_that_comes_after_the_cancel_is_a_cancel() {
        given(ASSIGNED, STARTED, new Progressed(atStep(3), 2000), new CancelBegun(CANCELLED_AT))
                .when(new Succeed(FIRST, SUCCESS, 9000))
                .then(new Ended(new Cancelled(CANCELLED_AT), 9000, T0));
    }

    @Test
    void a_worker_that_is_lost_while_it_stops_leaves_the_last_reading() {
        given(ASSIGNED, STARTED, new CancelBegun(CANCELLED_AT), new MeterRead(2500))
                .when(new GiveUp(FIRST, RequeueCause.LEASE_LAPSED, GONE))
                .then(new Ended(new Cancelled(CANCELLED_AT), 2500, T0));
    }

    @Test
    void a_cancel_that_was_first_wins_over_a_finished_attempt() {
        given(ASSIGNED, STARTED, new Finished(SUCCESS, 9000))
                .when(new Cancel(CANCELLED_AT))
                .then(new Ended(new Cancelled(CANCELLED_AT), 9000, T0));
    }

    @Test
    void a_sealed_job_ends_as_its_attempt_did_and_no_cancel_changes_that() {
        given(ASSIGNED, STARTED, new Finished(SUCCESS, 9000)).when(new Seal()).then(new Ended(SUCCESS, 9000, T0));
        given(ASSIGNED, new Finished(USER_FAULT, 0)).when(new Seal()).then(new Ended(USER_FAULT, 0, T0));
        given(ASSIGNED, STARTED, new Finished(SUCCESS, 9000), new Ended(SUCCESS, 9000, T0))
                .when(new Cancel(CANCELLED_AT))
                .thenRefused(ALREADY_ENDED);
    }

    @Test
    void back_off_doubles_up_to_its_longest() {
        List<Duration> pauses = Stream.iterate(Losses.NONE.and(ALICE), losses -> losses.and(ALICE))
                .limit(11)
                .map(RetryPolicy.STANDARD::backOffAfter)
                .toList();

        assertThat(pauses)
                .isEqualTo(Stream.of(1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300)
                        .map(Duration::ofSeconds)
                        .toList());
    }

    private static JobFact assigned(WorkerId worker, FencingToken token) {
        return new JobFact.Assigned(new Lease(worker, ONE, token, 1, T0));
    }

    private static JobFact lost(Losses losses, long readingMillis) {
        return new Requeued(RequeueCause.LEASE_LAPSED, GONE, readingMillis, losses, T0, T0.plusSeconds(1));
    }

    private static boolean stopAsked(JobState state) {
        return switch (state) {
            case JobState.Queued queued -> queued.stopWish() == StopWish.OF_TENANT;
            case JobState.Assigned assigned -> assigned.stopWish() == StopWish.OF_TENANT;
            case JobState.Running running -> running.stopWish() == StopWish.OF_TENANT;
            case JobState.Cancelling _, JobState.Finishing _, JobState.Ended _ ->
                throw new IllegalStateException("has no wish any more: " + state);
        };
    }

    private static Map<String, JobState> states() {
        Map<String, JobState> states = new LinkedHashMap<>();
        states.put("Queued", after());
        states.put("Requeued", after(ASSIGNED, STARTED, LOST));
        states.put("Assigned", after(ASSIGNED));
        states.put("Running", after(ASSIGNED, STARTED));
        states.put("Stopping", after(ASSIGNED, STARTED, STOP));
        states.put("Cancelling", after(ASSIGNED, STARTED, new CancelBegun(CANCELLED_AT)));
        states.put("Finishing", after(ASSIGNED, STARTED, new Finished(SUCCESS, 9000)));
        states.put("Ended", after(ASSIGNED, STARTED, new Finished(SUCCESS, 9000), new Ended(SUCCESS, 9000, T0)));
        return states;
    }

    private static String answer(JobState state, JobCommand command) {
        return switch (JobMachine.decide(state, command, RetryPolicy.STANDARD, T0.plusSeconds(2))) {
            case Decision.Accepted(var fact) -> {
                JobMachine.evolve(state, fact);
                yield fact.getClass().getSimpleName();
            }
            case Decision.Refused(var reason) -> reason.name();
        };
    }

    /** The records below a sealed type. */
    private static List<Class<?>> records(Class<?> type) {
        if (!type.isSealed()) {
            return List.of(type);
        }
        return Arrays.stream(type.getPermittedSubclasses())
                .flatMap(part -> records(part).stream())
                .toList();
    }
}
