package io.deeptrain.scheduler.adapter.json;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.ONE;
import static io.deeptrain.scheduler.job.Jobs.SUCCESS;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.USER_FAULT;
import static io.deeptrain.scheduler.job.Jobs.atStep;
import static io.deeptrain.scheduler.job.Jobs.checkpoint;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.CostCap.AtMost;
import io.deeptrain.event.Fault;
import io.deeptrain.event.Origin.Scratch;
import io.deeptrain.event.Span;
import io.deeptrain.event.Span.Partner;
import io.deeptrain.scheduler.job.Directives;
import io.deeptrain.scheduler.job.Ending.Cancelled;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.JobFact;
import io.deeptrain.scheduler.job.JobFact.CheckpointKept;
import io.deeptrain.scheduler.job.JobFact.Progressed;
import io.deeptrain.scheduler.job.JobFact.Started;
import io.deeptrain.scheduler.job.JobFact.StopAsked;
import io.deeptrain.scheduler.job.JobMachine;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Cancelling;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.JobState.Finishing;
import io.deeptrain.scheduler.job.Lease;
import io.deeptrain.scheduler.job.Lineage;
import io.deeptrain.scheduler.job.Losses;
import io.deeptrain.scheduler.job.StopWish;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JobRecordJsonTest {
    private static final Lease LEASE = new Lease(ALICE, ONE, FIRST, 2, T0);

    private final JobRecordJson json = new JobRecordJson();

    static Stream<JobState> states() {
        JobState assigned = JobMachine.evolve(JobState.queuedAt(T0), new JobFact.Assigned(LEASE));
        JobState started = JobMachine.evolve(assigned, new Started(new Scratch(), T0));
        JobState progressed = JobMachine.evolve(started, new Progressed(atStep(20), 2000));
        JobState saved = JobMachine.evolve(progressed, new CheckpointKept(checkpoint(FIRST, 1, 20, 2000)));
        return Stream.of(
                JobState.queuedAt(T0),
                new Assigned(
                        LEASE,
                        new Losses(List.of(ALICE)),
                        Lineage.SCRATCH.savedAs(checkpoint(FIRST, 1, 5, 6), 2),
                        StopWish.OF_BUDGET),
                JobMachine.evolve(assigned, new JobFact.InputsRead(1_200)),
                started,
                saved,
                JobMachine.evolve(saved, new StopAsked(StopWish.OF_TENANT)),
                new Cancelling(LEASE, T0, true, 77),
                new Cancelling(
                        new Lease(
                                ALICE,
                                ONE,
                                FIRST,
                                2,
                                T0,
                                Optional.of(new Span("alice:7400", List.of(new Partner(BOB, ONE, 1))))),
                        T0,
                        true,
                        77),
                new Finishing(FIRST, SUCCESS, 88),
                new Finishing(FIRST, new Failed(Fault.USER, "BAD", "a null \0 and a \"quote\""), 88),
                new Ended(FIRST, new Cancelled(T0), 99, T0),
                new Ended(FIRST, USER_FAULT, 99, T0));
    }

    @ParameterizedTest
    @MethodSource("states")
    void every_state_is_read_as_it_was_written(JobState state) {
        assertThat(json.state(json.written(state), 4)).isEqualTo(state);
    }

    @Test
    void every_kind_of_state_is_tried() {
        assertThat(states().<Class<?>>map(Object::getClass).distinct())
                .hasSize(6)
                .allMatch(Class::isRecord);
    }

    @Test
    void a_state_from_before_trainings_could_be_stopped_is_one_that_nobody_stopped() {
        JobState queued = JobState.queuedAt(T0);
        String today = json.written(queued);
        assertThat(today).contains(",\"stop_wish\":\"NONE\"");
        assertThat(json.state(today.replace(",\"stop_wish\":\"NONE\"", ""), 4)).isEqualTo(queued);
    }

    @Test
    void a_state_from_before_budgets_could_stop_a_training_keeps_the_tenants_wish() {
        JobState stopping = new Assigned(LEASE, Losses.NONE, Lineage.SCRATCH, StopWish.OF_TENANT);
        String today = json.written(stopping);
        assertThat(json.state(today.replace("\"stop_wish\":\"OF_TENANT\"", "\"stop_asked\":true"), 4))
                .isEqualTo(stopping);
        assertThat(json.state(today.replace("\"stop_wish\":\"OF_TENANT\"", "\"stop_asked\":false"), 4))
                .isEqualTo(new Assigned(LEASE, Losses.NONE, Lineage.SCRATCH, StopWish.NONE));
    }

    @Test
    void a_state_from_before_workers_told_of_their_inputs_knows_of_none() {
        JobState assigned = new Assigned(LEASE, Losses.NONE, Lineage.SCRATCH, StopWish.NONE);
        String today = json.written(assigned);
        assertThat(today).contains(",\"inputs_read\":null");
        assertThat(json.state(today.replace(",\"inputs_read\":null", ""), 4)).isEqualTo(assigned);
    }

    @Test
    void a_lease_from_before_it_said_how_much_it_grants_grants_what_was_asked_for() {
        JobState leased = new Assigned(LEASE, Losses.NONE, Lineage.SCRATCH, StopWish.NONE);
        String today = json.written(leased);
        assertThat(today).contains("\"gpus\":2,");
        assertThat(json.state(today.replace("\"gpus\":2,", ""), 4))
                .isEqualTo(
                        new Assigned(new Lease(ALICE, ONE, FIRST, 4, T0), Losses.NONE, Lineage.SCRATCH, StopWish.NONE));
    }

    @Test
    void a_lineage_from_before_it_counted_gpus_had_what_was_asked_for() {
        JobState leased =
                new Assigned(LEASE, Losses.NONE, Lineage.SCRATCH.savedAs(checkpoint(FIRST, 1, 5, 6), 4), StopWish.NONE);
        String today = json.written(leased);
        assertThat(today).contains(",\"gpu_millis\":24");
        assertThat(json.state(today.replace(",\"gpu_millis\":24", ""), 4)).isEqualTo(leased);
    }

    @Test
    void a_request_is_read_as_it_was_written() {
        var request = request(1, ACME, 2, new AtMost(500));
        assertThat(json.request(json.written(request))).isEqualTo(request);
    }

    @Test
    void what_is_empty_is_written_all_the_same_for_a_build_that_wants_it() {
        Directives held = Directives.NONE.withHeld(true);

        assertThat(json.written(held)).isEqualTo("{\"held\":true,\"priority\":null,\"move\":null}");
        assertThat(json.directives(json.written(held))).isEqualTo(held);
    }

    @Test
    void what_cannot_be_read_is_a_bug_and_not_a_guess() {
        assertThatThrownBy(() -> json.state("{\"kind\":\"resting\"}", 4))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("resting");
    }
}
