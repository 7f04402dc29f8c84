package io.deeptrain.worker.attempt;

import static io.deeptrain.worker.attempt.WorkerScript.INCARNATION;
import static io.deeptrain.worker.attempt.WorkerScript.JOB;
import static io.deeptrain.worker.attempt.WorkerScript.ME;
import static io.deeptrain.worker.attempt.WorkerScript.MODEL;
import static io.deeptrain.worker.attempt.WorkerScript.OTHER_JOB;
import static io.deeptrain.worker.attempt.WorkerScript.SCRATCH;
import static io.deeptrain.worker.attempt.WorkerScript.advancedTo;
import static io.deeptrain.worker.attempt.WorkerScript.assigned;
import static io.deeptrain.worker.attempt.WorkerScript.assignment;
import static io.deeptrain.worker.attempt.WorkerScript.attempt;
import static io.deeptrain.worker.attempt.WorkerScript.checkpointWritten;
import static io.deeptrain.worker.attempt.WorkerScript.finished;
import static io.deeptrain.worker.attempt.WorkerScript.idle;
import static io.deeptrain.worker.attempt.WorkerScript.idleWith;
import static io.deeptrain.worker.attempt.WorkerScript.inputsRead;
import static io.deeptrain.worker.attempt.WorkerScript.prepared;
import static io.deeptrain.worker.attempt.WorkerScript.preparing;
import static io.deeptrain.worker.attempt.WorkerScript.progress;
import static io.deeptrain.worker.attempt.WorkerScript.released;
import static io.deeptrain.worker.attempt.WorkerScript.running;
import static io.deeptrain.worker.attempt.WorkerScript.stopRequested;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.InputsRead;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.worker.attempt.Activity.Idle;
import io.deeptrain.worker.attempt.Activity.Preparing;
import io.deeptrain.worker.attempt.Activity.Running;
import io.deeptrain.worker.attempt.Activity.Stopping;
import io.deeptrain.worker.attempt.TrainerOrder.Begin;
import io.deeptrain.worker.attempt.TrainerOrder.FinishEarly;
import io.deeptrain.worker.attempt.TrainerOrder.Prepare;
import io.deeptrain.worker.attempt.TrainerOrder.SaveAndStop;
import io.deeptrain.worker.attempt.TrainerOrder.StopNow;
import io.deeptrain.worker.attempt.WorkerAction.Instruct;
import io.deeptrain.worker.attempt.WorkerAction.Leave;
import io.deeptrain.worker.attempt.WorkerAction.Publish;
import io.deeptrain.worker.attempt.WorkerAction.SendBeat;
import io.deeptrain.worker.attempt.WorkerInput.DrainRequested;
import io.deeptrain.worker.attempt.WorkerInput.Heard;
import io.deeptrain.worker.attempt.WorkerInput.Tick;
import io.deeptrain.worker.attempt.WorkerInput.Trained;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorkerProtocolTest {
    private static final FencingToken FIRST = new FencingToken(1);
    private static final FencingToken SECOND = new FencingToken(2);

    private static AttemptStopped stopped(StopReason reason, long readingMillis) {
        return new AttemptStopped(JOB, FIRST, ME, reason, readingMillis);
    }

    private static AttemptSucceeded succeeded(long readingMillis) {
        return new AttemptSucceeded(
                JOB, FIRST, ME, MODEL, Map.of("test_accuracy", 0.9), Completion.ALL_EPOCHS, readingMillis);
    }

    private static WorkerInput failed() {
        return new Trained(new TrainerReport.Failed(attempt(JOB, 1), Fault.USER, "NAN_LOSS", "loss is NaN"));
    }

    @Nested
    class Idly {
        @Test
        void an_assignment_is_prepared_and_held() {
            idle().when(assigned(JOB, 1)).thenActions(new Instruct(new Prepare(assignment(JOB, 1))));
            preparing().thenHolds(attempt(JOB, 1));
        }

        @Test
        void what_is_meant_for_another_worker_is_ignored() {
            AttemptAssigned mine = assignment(JOB, 1);
            idle().when(new Heard(new AttemptAssigned(
                            JOB, FIRST, new WorkerId("gpu-2"), INCARNATION, mine.tenant(), mine.spec(), mine.origin())))
                    .thenNothing()
                    .thenHolds();
        }

        @Test
        void what_is_meant_for_an_earlier_start_of_this_worker_is_ignored() {
            AttemptAssigned mine = assignment(JOB, 1);
            idle().when(new Heard(new AttemptAssigned(
                            JOB, FIRST, ME, new IncarnationId("start-0"), mine.tenant(), mine.spec(), mine.origin())))
                    .thenNothing()
                    .thenHolds();
        }

        @Test
        void an_attempt_of_more_gpus_than_there_are_fails_for_capacity() {
            idle().when(new Heard(assignment(JOB, 1, 2)))
                    .thenPublished(new AttemptFailed(
                            JOB,
                            FIRST,
                            ME,
                            Fault.CAPACITY,
                            "TOO_FEW_GPUS",
                            "the attempt needs 2 GPUs and this worker has 1",
                            0))
                    .thenOrders();
        }

        @Test
        void a_worker_of_several_gpus_offers_and_takes_them_all_for_one_attempt() {
            idleWith(4)
                    .when(new Tick())
                    .thenActions(
                            new SendBeat(new WorkerBeat(ME, INCARNATION, 1, "cpu", 4, Readiness.ACCEPTING, List.of())))
                    .when(new Heard(assignment(JOB, 1, 4)))
                    .thenOrders(new TrainerOrder.Prepare(assignment(JOB, 1, 4)));
            idleWith(4)
                    .when(new Heard(assignment(JOB, 1, 5)))
                    .thenPublished(new AttemptFailed(
                            JOB,
                            FIRST,
                            ME,
                            Fault.CAPACITY,
                            "TOO_FEW_GPUS",
                            "the attempt needs 5 GPUs and this worker has 4",
                            0));
        }

        @Test
        void a_stop_that_overtakes_its_assignment_is_answered_and_the_assignment_starts_nothing() {
            idle().when(stopRequested(JOB, 1, StopReason.CANCELLED))
                    .thenPublished(stopped(StopReason.CANCELLED, 0))
                    .acknowledgeAll()
                    .when(assigned(JOB, 1))
                    .thenPublished(stopped(StopReason.CANCELLED, 0))
                    .thenOrders();
        }

        @Test
        void a_stop_that_keeps_the_model_is_left_until_there_is_one() {
            idle().when(stopRequested(JOB, 1, StopReason.STOP_AND_KEEP_BEST))
                    .thenNothing()
                    .when(assigned(JOB, 1))
                    .thenOrders(new Prepare(assignment(JOB, 1)));
        }

        @Test
        void a_report_of_a_trainer_that_was_given_nothing_is_ignored() {
            idle().when(prepared()).thenNothing();
        }
    }

    @Nested
    class WhilePreparing {
        @Test
        void the_same_assignment_again_changes_nothing() {
            preparing().when(assigned(JOB, 1)).thenNothing();
        }

        @Test
        void the_attempt_starts_when_the_trainer_is_ready() {
            preparing()
                    .when(prepared())
                    .thenActions(
                            new Publish(new AttemptStarted(JOB, FIRST, ME, SCRATCH, 10, 1)),
                            new Instruct(new Begin(attempt(JOB, 1))));
        }

        @Test
        void it_is_told_at_the_next_beat_that_somebody_reads() {
            preparing().thenPublished().when(new Tick()).thenPublished(new InputsRead(JOB, FIRST, ME, 1, 0, 10));
        }

        @Test
        void what_is_read_is_told_once_a_second_and_what_is_told_again_after_ten() {
            preparing()
                    .when(new Tick())
                    .when(inputsRead(3))
                    .thenNothing()
                    .after(999)
                    .when(new Tick())
                    .thenPublished()
                    .after(1)
                    .when(new Tick())
                    .thenPublished(new InputsRead(JOB, FIRST, ME, 2, 3, 10))
                    .after(9_999)
                    .when(new Tick())
                    .thenPublished()
                    .after(1)
                    .when(new Tick())
                    .thenPublished(new InputsRead(JOB, FIRST, ME, 3, 3, 10));
        }

        @Test
        void nothing_is_told_of_inputs_once_it_runs_or_stops() {
            preparing()
                    .when(inputsRead(3))
                    .when(prepared())
                    .after(60_000)
                    .when(inputsRead(4))
                    .thenNothing();
            preparing()
                    .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                    .after(60_000)
                    .when(inputsRead(4))
                    .when(new Tick())
                    .thenPublished();
        }

        @Test
        void a_report_about_another_attempt_is_ignored() {
            preparing()
                    .when(new Trained(new TrainerReport.Prepared(attempt(JOB, 2), SCRATCH, 10, 0)))
                    .thenNothing();
        }

        @Test
        void a_failure_is_reported_with_a_meter_that_never_ran() {
            preparing()
                    .after(9_000)
                    .when(failed())
                    .thenPublished(new AttemptFailed(JOB, FIRST, ME, Fault.USER, "NAN_LOSS", "loss is NaN", 0));
        }

        @Test
        void a_cancel_stops_the_trainer_and_bills_nothing() {
            preparing()
                    .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                    .thenActions(new Instruct(new StopNow(attempt(JOB, 1))))
                    .when(prepared())
                    .thenNothing()
                    .after(3_000)
                    .when(released())
                    .thenPublished(stopped(StopReason.CANCELLED, 0));
        }

        @Test
        void the_trainer_is_told_of_a_stop_that_keeps_the_model_at_once_and_begins_all_the_same() {
            preparing()
                    .when(stopRequested(JOB, 1, StopReason.BUDGET_REACHED))
                    .thenActions(new Instruct(new FinishEarly(attempt(JOB, 1), Completion.BUDGET_REACHED)))
                    .when(stopRequested(JOB, 1, StopReason.STOP_AND_KEEP_BEST))
                    .thenNothing()
                    .when(prepared())
                    .thenOrders(new Begin(attempt(JOB, 1)));
        }

        @Test
        void a_trainer_that_lets_go_unasked_is_a_failure_of_the_platform() {
            preparing()
                    .when(released())
                    .thenPublished(new AttemptFailed(
                            JOB,
                            FIRST,
                            ME,
                            Fault.PLATFORM,
                            "TRAINER_GAVE_UP",
                            "the trainer stopped without being told",
                            0));
        }
    }

    @Nested
    class WhileRunning {
        @Test
        void the_first_progress_is_reported_at_once_and_more_once_a_second() {
            WorkerScript worker = running().after(300).when(advancedTo(1));
            worker.thenPublished(new ProgressReported(JOB, FIRST, ME, 1, progress(1), 300));
            worker.after(999).when(advancedTo(2)).thenNothing();
            worker.after(1)
                    .when(advancedTo(3))
                    .thenPublished(new ProgressReported(JOB, FIRST, ME, 2, progress(3), 1_300));
        }

        @Test
        void progress_that_was_held_back_is_reported_when_its_time_has_come() {
            WorkerScript worker = running().when(advancedTo(1)).after(10).when(advancedTo(2));
            worker.thenNothing();
            worker.after(989).when(new Tick()).thenPublished();
            worker.after(1).when(new Tick()).thenPublished(new ProgressReported(JOB, FIRST, ME, 2, progress(2), 1_000));
            worker.after(5_000).when(new Tick()).thenPublished();
        }

        @Test
        void checkpoints_are_numbered_and_carry_the_reading_when_their_state_was_copied() {
            WorkerScript worker =
                    running().when(advancedTo(1)).after(10).when(advancedTo(7)).after(490);
            worker.when(checkpointWritten(7, 50_200))
                    .thenPublished(
                            new ProgressReported(JOB, FIRST, ME, 2, progress(7), 500),
                            new CheckpointSaved(JOB, FIRST, ME, new Checkpoint(FIRST, 1, 1, 7, 200, MODEL)));
            worker.when(checkpointWritten(9, 50_400))
                    .thenPublished(new CheckpointSaved(JOB, FIRST, ME, new Checkpoint(FIRST, 2, 1, 9, 400, MODEL)));
        }

        @Test
        void success_is_the_last_word_with_the_final_reading() {
            running()
                    .after(4_321)
                    .when(finished())
                    .thenPublished(succeeded(4_321))
                    .thenOrders();
        }

        @Test
        void progress_that_was_held_back_comes_before_the_last_word() {
            running()
                    .when(advancedTo(1))
                    .after(10)
                    .when(advancedTo(2))
                    .when(finished())
                    .thenPublished(new ProgressReported(JOB, FIRST, ME, 2, progress(2), 10), succeeded(10));
        }

        @Test
        void a_failure_is_reported_with_its_reading() {
            running()
                    .after(190_000)
                    .when(failed())
                    .thenPublished(new AttemptFailed(JOB, FIRST, ME, Fault.USER, "NAN_LOSS", "loss is NaN", 190_000));
        }

        @Test
        void a_cancel_stops_the_trainer_which_stops_the_meter() {
            running()
                    .after(1_000)
                    .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                    .thenActions(new Instruct(new StopNow(attempt(JOB, 1))))
                    .after(200)
                    .when(released())
                    .thenPublished(stopped(StopReason.CANCELLED, 1_200));
        }

        @Test
        void a_success_that_a_cancel_crossed_is_a_stop() {
            running()
                    .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                    .when(finished())
                    .thenPublished(stopped(StopReason.CANCELLED, 0));
        }

        @Test
        void preemption_saves_a_checkpoint_first() {
            WorkerScript worker = running().when(stopRequested(JOB, 1, StopReason.PREEMPTED));
            worker.thenActions(new Instruct(new SaveAndStop(attempt(JOB, 1))));
            worker.after(500)
                    .when(checkpointWritten(7, 50_400))
                    .thenPublished(new CheckpointSaved(JOB, FIRST, ME, new Checkpoint(FIRST, 1, 1, 7, 400, MODEL)));
            worker.when(released()).thenPublished(stopped(StopReason.PREEMPTED, 500));
        }

        @Test
        void a_success_that_a_preemption_crossed_is_a_success() {
            running()
                    .when(stopRequested(JOB, 1, StopReason.PREEMPTED))
                    .when(finished())
                    .thenPublished(succeeded(0));
        }

        @Test
        void a_stop_that_keeps_the_model_is_ordered_once() {
            running()
                    .when(stopRequested(JOB, 1, StopReason.STOP_AND_KEEP_BEST))
                    .thenActions(new Instruct(new FinishEarly(attempt(JOB, 1), Completion.STOPPED_BY_TENANT)))
                    .when(stopRequested(JOB, 1, StopReason.STOP_AND_KEEP_BEST))
                    .thenNothing()
                    .when(stopRequested(JOB, 1, StopReason.BUDGET_REACHED))
                    .thenNothing();
        }

        @Test
        void a_cancel_wins_against_a_stop_that_keeps_the_model() {
            running()
                    .when(stopRequested(JOB, 1, StopReason.STOP_AND_KEEP_BEST))
                    .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                    .thenOrders(new StopNow(attempt(JOB, 1)));
        }

        @Test
        void an_attempt_that_was_superseded_ends_in_silence() {
            running()
                    .when(advancedTo(1))
                    .after(10)
                    .when(advancedTo(2))
                    .when(stopRequested(JOB, 1, StopReason.SUPERSEDED))
                    .thenActions(new Instruct(new StopNow(attempt(JOB, 1))))
                    .when(checkpointWritten(2, 50_000))
                    .thenNothing()
                    .when(finished())
                    .thenNothing()
                    .thenHolds();
        }

        @Test
        void an_attempt_that_is_next_is_not_lost_to_a_stop_that_keeps_its_model() {
            running()
                    .when(assigned(JOB, 2))
                    .when(stopRequested(JOB, 2, StopReason.STOP_AND_KEEP_BEST))
                    .thenNothing()
                    .when(released())
                    .thenHolds(attempt(JOB, 2));
        }

        @Test
        void a_newer_attempt_at_the_same_job_takes_the_trainer_over_in_silence() {
            running()
                    .when(assigned(JOB, 2))
                    .thenActions(new Instruct(new StopNow(attempt(JOB, 1))))
                    .when(released())
                    .thenActions(new Instruct(new Prepare(assignment(JOB, 2))));
        }

        @Test
        void an_older_attempt_at_the_same_job_is_ignored() {
            idle().when(assigned(JOB, 2)).when(assigned(JOB, 1)).thenNothing();
            idle().when(assigned(JOB, 2))
                    .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                    .thenNothing();
        }

        @Test
        void an_attempt_at_another_job_takes_the_trainer_over_because_the_scheduler_counts_this_one_as_over() {
            running()
                    .when(assigned(OTHER_JOB, 1))
                    .thenActions(new Instruct(new StopNow(attempt(JOB, 1))))
                    .thenHolds(attempt(JOB, 1), attempt(OTHER_JOB, 1))
                    .when(released())
                    .thenActions(new Instruct(new Prepare(assignment(OTHER_JOB, 1))))
                    .thenHolds(attempt(OTHER_JOB, 1));
        }

        @Test
        void a_stop_of_an_attempt_that_is_not_here_is_answered_and_disturbs_nothing() {
            running()
                    .when(stopRequested(OTHER_JOB, 1, StopReason.CANCELLED))
                    .thenPublished(new AttemptStopped(OTHER_JOB, FIRST, ME, StopReason.CANCELLED, 0))
                    .thenOrders();
        }

        @Test
        void a_trainer_that_lets_go_unasked_is_a_failure_of_the_platform() {
            running()
                    .after(7)
                    .when(released())
                    .thenPublished(new AttemptFailed(
                            JOB,
                            FIRST,
                            ME,
                            Fault.PLATFORM,
                            "TRAINER_GAVE_UP",
                            "the trainer stopped without being told",
                            7));
        }
    }

    @Nested
    class WhileStopping {
        @Test
        void a_weaker_or_equal_reason_changes_nothing() {
            running()
                    .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                    .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                    .thenNothing()
                    .when(stopRequested(JOB, 1, StopReason.PREEMPTED))
                    .thenNothing()
                    .when(stopRequested(JOB, 1, StopReason.STOP_AND_KEEP_BEST))
                    .thenNothing()
                    .when(released())
                    .thenPublished(stopped(StopReason.CANCELLED, 0));
        }

        @Test
        void a_cancel_does_not_wait_for_the_checkpoint_of_a_preemption() {
            running()
                    .when(stopRequested(JOB, 1, StopReason.PREEMPTED))
                    .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                    .thenOrders(new StopNow(attempt(JOB, 1)))
                    .when(checkpointWritten(2, 50_000))
                    .thenNothing()
                    .when(released())
                    .thenPublished(stopped(StopReason.CANCELLED, 0));
        }

        @Test
        void a_failure_is_a_stop_because_that_is_what_was_asked_for() {
            running()
                    .when(stopRequested(JOB, 1, StopReason.PREEMPTED))
                    .when(failed())
                    .thenPublished(stopped(StopReason.PREEMPTED, 0));
        }

        @Test
        void only_the_newest_assignment_waits() {
            running()
                    .when(assigned(OTHER_JOB, 1))
                    .when(assigned(OTHER_JOB, 1))
                    .thenNothing()
                    .when(assigned(JOB, 2))
                    .thenNothing()
                    .thenHolds(attempt(JOB, 1), attempt(JOB, 2))
                    .when(released())
                    .thenActions(new Instruct(new Prepare(assignment(JOB, 2))));
        }

        @Test
        void an_assignment_that_waits_can_be_stopped() {
            running()
                    .when(assigned(OTHER_JOB, 1))
                    .when(stopRequested(OTHER_JOB, 1, StopReason.CANCELLED))
                    .thenPublished(new AttemptStopped(OTHER_JOB, FIRST, ME, StopReason.CANCELLED, 0))
                    .when(released())
                    .thenNothing();
        }
    }

    @Nested
    class Afterwards {
        @Test
        void the_attempt_is_held_until_the_broker_has_its_last_word() {
            WorkerScript worker = running().when(finished()).thenHolds(attempt(JOB, 1));
            worker.acknowledgeAll().thenHolds();
        }

        @Test
        void a_last_word_that_the_broker_does_not_confirm_is_sent_again() {
            WorkerScript worker = running().when(finished());
            worker.after(4_999).when(new Tick()).thenPublished();
            worker.after(1).when(new Tick()).thenPublished(succeeded(0));
            worker.after(1).when(new Tick()).thenPublished();
            worker.acknowledgeAll().after(60_000).when(new Tick()).thenPublished();
        }

        @Test
        void the_same_assignment_again_is_answered_by_the_same_last_word() {
            running()
                    .when(finished())
                    .acknowledgeAll()
                    .when(assigned(JOB, 1))
                    .thenPublished(succeeded(0))
                    .thenOrders();
        }

        @Test
        void a_stop_that_came_too_late_is_answered_by_the_same_last_word() {
            running()
                    .when(finished())
                    .acknowledgeAll()
                    .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                    .thenPublished(succeeded(0));
        }

        @Test
        void a_last_word_that_nobody_wants_to_hear_is_dropped() {
            running()
                    .when(finished())
                    .when(stopRequested(JOB, 1, StopReason.SUPERSEDED))
                    .thenNothing()
                    .thenHolds();
        }

        @Test
        void an_older_attempt_is_ignored_and_a_newer_one_is_prepared() {
            idle().when(stopRequested(JOB, 2, StopReason.CANCELLED))
                    .when(assigned(JOB, 1))
                    .thenNothing()
                    .when(assigned(JOB, 3))
                    .thenOrders(new Prepare(assignment(JOB, 3)));
        }

        @Test
        void a_new_attempt_is_prepared_though_the_last_word_of_the_one_before_is_unconfirmed() {
            running()
                    .when(finished())
                    .when(assigned(OTHER_JOB, 1))
                    .thenOrders(new Prepare(assignment(OTHER_JOB, 1)))
                    .thenHolds(attempt(OTHER_JOB, 1), attempt(JOB, 1));
        }

        @Test
        void a_worker_remembers_no_more_than_its_newest_ended_jobs() {
            WorkerScript worker = idle();
            for (int job = 0; job <= WorkerState.ENDED_MAX; job++) {
                worker.when(stopRequested(new io.deeptrain.event.JobId("job-" + job), 1, StopReason.CANCELLED));
            }
            assertThat(worker.state().ended()).hasSize(WorkerState.ENDED_MAX);
            assertThat(worker.state().endedOf(new io.deeptrain.event.JobId("job-0")))
                    .isEmpty();
        }

        @Test
        void news_of_old_checkpoints_is_given_up_when_the_broker_is_away_for_too_long() {
            WorkerScript worker = preparing().when(prepared());
            for (int n = 1; n <= WorkerProtocol.UNACKNOWLEDGED_MAX; n++) {
                worker.when(checkpointWritten(n, worker.nowMillis()));
            }
            assertThat(worker.state().unacknowledged()).hasSize(WorkerProtocol.UNACKNOWLEDGED_MAX);
            assertThat(worker.state().unacknowledged().getFirst().event()).isInstanceOf(AttemptStarted.class);
        }
    }

    @Nested
    class Beating {
        @Test
        void beats_are_numbered_and_list_what_is_held() {
            preparing()
                    .when(new Tick())
                    .when(new Tick())
                    .thenActions(new SendBeat(new WorkerBeat(
                            ME, INCARNATION, 2, "cpu", 1, Readiness.ACCEPTING, List.of(new Holding(JOB, FIRST)))));
        }
    }

    @Nested
    class Draining {
        private static SendBeat beat(long number, Readiness readiness, Holding... holdings) {
            return new SendBeat(new WorkerBeat(ME, INCARNATION, number, "cpu", 1, readiness, List.of(holdings)));
        }

        @Test
        void an_idle_worker_leaves_at_once() {
            idle().when(new DrainRequested())
                    .thenActions(beat(1, Readiness.DRAINING), beat(2, Readiness.GONE), new Leave());
        }

        @Test
        void a_running_attempt_is_saved_and_stopped_and_the_worker_leaves_when_that_was_heard() {
            WorkerScript worker = running().when(new DrainRequested());
            worker.thenActions(
                    beat(1, Readiness.DRAINING, new Holding(JOB, FIRST)),
                    new Instruct(new SaveAndStop(attempt(JOB, 1))));
            worker.when(released()).thenActions(new Publish(stopped(StopReason.PREEMPTED, 0)));
            worker.acknowledgeAll().thenActions(beat(2, Readiness.GONE), new Leave());
        }

        @Test
        void an_attempt_in_preparation_is_stopped_at_once() {
            preparing()
                    .when(new DrainRequested())
                    .thenOrders(new StopNow(attempt(JOB, 1)))
                    .when(released())
                    .thenPublished(stopped(StopReason.PREEMPTED, 0));
        }

        @Test
        void what_is_assigned_to_a_worker_that_drains_goes_back_to_the_queue() {
            running()
                    .when(new DrainRequested())
                    .when(assigned(JOB, 2))
                    .thenNothing()
                    .when(released())
                    .thenPublished(
                            stopped(StopReason.PREEMPTED, 0),
                            new AttemptStopped(JOB, SECOND, ME, StopReason.PREEMPTED, 0));
        }

        @Test
        void a_second_request_changes_nothing() {
            running().when(new DrainRequested()).when(new DrainRequested()).thenNothing();
        }

        @Test
        void a_worker_that_is_told_to_be_silent_leaves_without_a_word() {
            WorkerScript worker = running().when(new DrainRequested());
            worker.when(stopRequested(JOB, 1, StopReason.SUPERSEDED)).thenOrders(new StopNow(attempt(JOB, 1)));
            worker.when(released()).thenActions(beat(2, Readiness.GONE), new Leave());
        }
    }

    @ParameterizedTest
    @EnumSource(StopReason.class)
    void every_stop_is_understood_in_every_state(StopReason reason) {
        WorkerInput stop = stopRequested(JOB, 1, reason);
        assertThat(idle().when(stop).state().activity()).isInstanceOf(Idle.class);
        assertThat(preparing().when(stop).state().activity())
                .isInstanceOf(reason.keepsModel() ? Preparing.class : Stopping.class);
        assertThat(running().when(stop).state().activity())
                .isInstanceOf(reason.keepsModel() ? Running.class : Stopping.class);
        assertThat(running()
                        .when(stopRequested(JOB, 1, StopReason.PREEMPTED))
                        .when(stop)
                        .state()
                        .activity())
                .isInstanceOf(Stopping.class);
        assertThat(running().when(finished()).when(stop).state().activity()).isInstanceOf(Idle.class);
    }
}
