package io.deeptrain.worker.attempt;

import static io.deeptrain.worker.attempt.WorkerScript.INCARNATION;
import static io.deeptrain.worker.attempt.WorkerScript.JOB;
import static io.deeptrain.worker.attempt.WorkerScript.ME;
import static io.deeptrain.worker.attempt.WorkerScript.OTHER_JOB;
import static io.deeptrain.worker.attempt.WorkerScript.assigned;
import static io.deeptrain.worker.attempt.WorkerScript.assignment;
import static io.deeptrain.worker.attempt.WorkerScript.attempt;
import static io.deeptrain.worker.attempt.WorkerScript.idle;
import static io.deeptrain.worker.attempt.WorkerScript.ranks;
import static io.deeptrain.worker.attempt.WorkerScript.released;
import static io.deeptrain.worker.attempt.WorkerScript.running;
import static io.deeptrain.worker.attempt.WorkerScript.stopRequested;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.Span;
import io.deeptrain.event.Span.Partner;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.worker.attempt.TrainerOrder.Prepare;
import io.deeptrain.worker.attempt.TrainerOrder.StopNow;
import io.deeptrain.worker.attempt.WorkerAction.Leave;
import io.deeptrain.worker.attempt.WorkerAction.Lend;
import io.deeptrain.worker.attempt.WorkerAction.TakeBack;
import io.deeptrain.worker.attempt.WorkerInput.DrainRequested;
import io.deeptrain.worker.attempt.WorkerInput.GivenBack;
import io.deeptrain.worker.attempt.WorkerInput.Heard;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A worker that runs ranks of an attempt which another one leads. */
class LendingTest {
    private static final AttemptId FIRST = attempt(JOB, 1);

    private static WorkerScript lending() {
        return idle().when(new Heard(ranks(JOB, 1)));
    }

    @Test
    void ranks_are_started_once_and_the_beats_list_the_attempt() {
        WorkerScript worker = lending();
        assertThat(worker.actions()).contains(new Lend(ranks(JOB, 1), List.of(0)));
        assertThat(worker.beats()).hasSize(1);
        worker.when(new Heard(ranks(JOB, 1))).thenNothing().thenHolds(FIRST);
    }

    @Test
    void when_they_have_ended_nothing_is_held_and_nothing_is_said_of_the_attempt() {
        WorkerScript worker = lending().when(new GivenBack(FIRST));
        assertThat(worker.published()).isEmpty();
        assertThat(worker.beats()).hasSize(1);
        worker.thenHolds().when(new Heard(ranks(JOB, 1))).thenNothing();
        worker.when(new Heard(ranks(JOB, 2)));
        assertThat(worker.actions()).contains(new Lend(ranks(JOB, 2), List.of(0)));
    }

    @Test
    void who_is_told_to_stop_takes_them_back_and_says_nothing() {
        WorkerScript worker = lending().when(stopRequested(JOB, 1, StopReason.SUPERSEDED));
        worker.thenActions(new TakeBack(FIRST)).thenHolds(FIRST);
        worker.when(stopRequested(JOB, 1, StopReason.SUPERSEDED)).thenNothing();
        worker.when(new GivenBack(FIRST));
        assertThat(worker.published()).isEmpty();
        worker.thenHolds();
    }

    @Test
    void an_attempt_of_its_own_begins_when_the_ranks_have_ended() {
        WorkerScript worker = lending().when(assigned(OTHER_JOB, 1));
        worker.thenActions(new TakeBack(FIRST)).thenHolds(FIRST, attempt(OTHER_JOB, 1));
        worker.when(new GivenBack(FIRST)).thenOrders(new Prepare(assignment(OTHER_JOB, 1)));
    }

    @Test
    void ranks_begin_when_the_trainer_has_let_go_of_what_is_over() {
        WorkerScript worker = running().when(new Heard(ranks(OTHER_JOB, 3)));
        worker.thenOrders(new StopNow(FIRST)).thenHolds(FIRST, attempt(OTHER_JOB, 3));
        worker.when(released());
        assertThat(worker.actions()).contains(new Lend(ranks(OTHER_JOB, 3), List.of(0)));
    }

    @Test
    void a_worker_that_is_about_to_go_lends_nothing_more_and_waits_for_what_it_has_lent() {
        WorkerScript worker = lending().when(new DrainRequested());
        assertThat(worker.beats()).extracting(beat -> beat.readiness()).containsExactly(Readiness.DRAINING);
        worker.when(new GivenBack(FIRST));
        assertThat(worker.actions()).endsWith(new Leave());

        WorkerScript leaving = running().when(new DrainRequested()).when(new Heard(ranks(OTHER_JOB, 1)));
        leaving.when(released());
        assertThat(leaving.actions()).noneMatch(Lend.class::isInstance);
    }

    @Test
    void who_leads_an_attempt_needs_devices_for_its_own_ranks_alone() {
        AttemptAssigned whole = assignment(JOB, 1, 3);
        Span span = new Span("gpu-1:7400", List.of(new Partner(new WorkerId("gpu-2"), new IncarnationId("a"), 2)));
        AttemptAssigned led = new AttemptAssigned(
                JOB, whole.attempt(), ME, INCARNATION, whole.tenant(), whole.spec(), whole.origin(), Optional.of(span));
        assertThat(led.gpusHere()).isEqualTo(1);
        idle().when(new Heard(led)).thenOrders(new Prepare(led));
        assertThat(idle().when(new Heard(whole)).published()).hasSize(1);
    }
}
