package io.deeptrain.scheduler.job;

import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.SECOND;
import static io.deeptrain.scheduler.job.Jobs.checkpoint;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Fault;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCheckpointed;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.Origin;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class JobDecisionTest {
    private static final Instant AT = Instant.parse("2026-11-21T12:00:00Z");

    private static JobDecision of(JobEvent entry) {
        return JobDecision.of(entry).orElseThrow();
    }

    @Test
    void it_says_who_asked_and_where_the_job_went() {
        assertThat(of(JobHistory.opening(request(1), AT)))
                .isEqualTo(new JobDecision(
                        job(1),
                        AT,
                        "queued",
                        "It waits for a GPU, as asked for by acme/flowers; expected to run for PT10M."));
        assertThat(of(new JobAssigned(job(1), 2, AT, SECOND, ALICE, new Origin.Resumed(checkpoint(FIRST, 1, 40, 3000))))
                        .sentence())
                .isEqualTo("Its turn has come and worker alice has room: attempt 2, from the checkpoint at step 40.");
    }

    @Test
    void it_says_why_a_job_waits_again_or_has_failed() {
        assertThat(of(new JobRequeued(
                                job(1),
                                3,
                                AT,
                                FIRST,
                                RequeueCause.LEASE_LAPSED,
                                "Worker alice was not heard for PT8S.",
                                900,
                                AT.plusSeconds(5)))
                        .sentence())
                .isEqualTo(
                        "Attempt 1 is over, its lease has lapsed: Worker alice was not heard for PT8S. It waits again,"
                                + " until 2026-11-21T12:00:05Z at least.");
        assertThat(of(new JobFailed(job(1), 4, AT, FIRST, Fault.USER, "LOSS_NOT_FINITE", "the loss became NaN", 900)))
                .extracting(JobDecision::kind, JobDecision::sentence)
                .containsExactly("failed", "It has failed (LOSS_NOT_FINITE, USER): the loss became NaN");
    }

    @Test
    void a_checkpoint_decides_nothing() {
        assertThat(JobDecision.of(new JobCheckpointed(job(1), 3, AT, checkpoint(FIRST, 1, 40, 3000))))
                .isEmpty();
    }
}
