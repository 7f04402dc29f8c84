package io.deeptrain.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCancelling;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Rate;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The second opinion agrees with the worked examples of the billing rules. */
class ChargeRecountTest {
    private static final JobId JOB = new JobId("job-1");
    private static final FencingToken FIRST = new FencingToken(1);
    private static final FencingToken SECOND = new FencingToken(2);
    private static final Origin SCRATCH = new Origin.Scratch();
    private static final CostCap NO_CAP = new CostCap.Unlimited();

    @Test
    void a_finished_training_costs_what_it_used() {
        List<JobEvent> history = List.of(
                queued(NO_CAP),
                started(FIRST, "PT0S", SCRATCH),
                finishing(FIRST, "PT1H15M13S", Duration.ofSeconds(4_512)));
        assertThat(ChargeRecount.of(history)).isEqualTo(new ChargeRecount(4_512, 501, Map.of(FIRST, 4_512_000L)));
    }

    @Test
    void a_cancelled_training_costs_what_it_used_up_to_the_cancel() {
        Instant cancelledAt = at("PT37M20.900S");
        List<JobEvent> history = List.of(
                queued(NO_CAP),
                started(FIRST, "PT0S", SCRATCH),
                new JobCancelling(JOB, 3, at("PT37M21S"), FIRST, cancelledAt),
                new JobCancelled(JOB, 4, at("PT37M22S"), FIRST, cancelledAt, 2_241_700));
        assertThat(ChargeRecount.of(history)).isEqualTo(new ChargeRecount(2_240, 248, Map.of(FIRST, 2_240_900L)));
    }

    @Test
    void a_lost_attempt_costs_what_led_to_the_checkpoint_that_was_resumed() {
        List<JobEvent> history = List.of(
                queued(NO_CAP),
                started(FIRST, "PT0S", SCRATCH),
                lost(FIRST, "PT50M10S", Duration.ofMinutes(50)),
                started(SECOND, "PT1H", resumedAt(Duration.ofMinutes(45))),
                finishing(SECOND, "PT1H30M", Duration.ofMinutes(30)));
        assertThat(ChargeRecount.of(history))
                .isEqualTo(new ChargeRecount(4_500, 500, Map.of(FIRST, 2_700_000L, SECOND, 1_800_000L)));
    }

    @Test
    void a_lost_attempt_that_nobody_resumed_costs_nothing() {
        List<JobEvent> history = List.of(
                queued(NO_CAP),
                started(FIRST, "PT0S", SCRATCH),
                lost(FIRST, "PT50M10S", Duration.ofMinutes(50)),
                started(SECOND, "PT1H", SCRATCH),
                finishing(SECOND, "PT2H15M", Duration.ofMinutes(75)));
        assertThat(ChargeRecount.of(history)).isEqualTo(new ChargeRecount(4_500, 500, Map.of(SECOND, 4_500_000L)));
    }

    @Test
    void a_cap_is_never_passed() {
        List<JobEvent> history = List.of(
                queued(new CostCap.AtMost(200)),
                started(FIRST, "PT0S", SCRATCH),
                finishing(FIRST, "PT1H", Duration.ofMinutes(31)));
        assertThat(ChargeRecount.of(history)).isEqualTo(new ChargeRecount(1_800, 200, Map.of(FIRST, 1_860_000L)));
    }

    private static JobQueued queued(CostCap cap) {
        return new JobQueued(
                JOB,
                1,
                at("PT0S"),
                new Tenant("me", "main"),
                new ModelId("digits"),
                new ModelVersionId("v1"),
                "visual-classifier",
                "classification_cifar10_v1",
                1,
                new Rate(400, "USD"),
                cap,
                Duration.ofHours(1));
    }

    private static JobStarted started(FencingToken attempt, String at, Origin origin) {
        return new JobStarted(JOB, 2, at(at), attempt, origin);
    }

    private static JobRequeued lost(FencingToken attempt, String at, Duration reading) {
        return new JobRequeued(JOB, 3, at(at), attempt, RequeueCause.LEASE_LAPSED, "", reading.toMillis(), at(at));
    }

    private static JobFinishing finishing(FencingToken attempt, String at, Duration reading) {
        return new JobFinishing(JOB, 4, at(at), attempt, reading.toMillis());
    }

    private static Origin resumedAt(Duration reading) {
        return new Origin.Resumed(new Checkpoint(
                FIRST, 1, 3, 300, reading.toMillis(), new StoredObject("checkpoint", ObjectShelf.sha256Of("x"), 1)));
    }

    private static Instant at(String sinceBeginning) {
        return Instant.parse("2026-03-01T12:00:00Z").plus(Duration.parse(sinceBeginning));
    }
}
