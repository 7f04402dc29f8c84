package io.deeptrain.scheduler.explain;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.ONE;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import io.deeptrain.scheduler.explain.Reason.NeverFits;
import io.deeptrain.scheduler.queue.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One worker; each job that is there takes ten minutes. */
class WhatIfTest {
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    private static final Effect UNMOVED =
            new Effect(0, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, Duration.ZERO, 0, 0);

    private final SchedulerEngine engine = new SchedulerEngine(EngineSettings.STANDARD);

    @Test
    void a_job_that_there_is_room_for_starts_now_and_nobody_starts_later() {
        workerWith(2);
        hear(request(1, ACME, 1, UNCAPPED));
        Prospect prospect = whatIf(1, Optional.empty());
        assertThat(prospect)
                .isEqualTo(new Prospect(T0, Optional.of(new StartTime(T0, T0, T0)), Optional.empty(), UNMOVED));
    }

    @Test
    void a_job_behind_others_moves_none_of_them_and_starts_after_them() {
        workerWith(1);
        hear(request(1, ACME, 1, UNCAPPED));
        hear(request(2, BOLT, 1, UNCAPPED));
        Prospect prospect = whatIf(1, Optional.of(Priority.LOW));
        Explanation waiting = prospect.waiting().orElseThrow();
        assertThat(waiting.position()).isEqualTo(2);
        assertThat(waiting.waiting()).isEqualTo(2);
        assertThat(prospect.start().orElseThrow().at()).isAfter(T0.plus(TEN_MINUTES));
        assertThat(prospect.effect()).isEqualTo(UNMOVED);
    }

    @Test
    void a_job_of_a_more_urgent_class_goes_before_those_of_its_app_and_moves_them_by_what_it_takes() {
        workerWith(1);
        hear(request(1, ACME, 1, UNCAPPED));
        hear(request(2, BOLT, 1, UNCAPPED));
        hear(request(3, BOLT, 1, UNCAPPED));
        Prospect prospect = whatIf(1, Optional.of(Priority.CRITICAL));
        assertThat(prospect.waiting().orElseThrow().position()).isEqualTo(1);
        Effect effect = prospect.effect();
        assertThat(effect.later()).isEqualTo(2);
        assertThat(effect.laterMax()).isBetween(TEN_MINUTES.dividedBy(2), TEN_MINUTES.multipliedBy(2));
        assertThat(effect.laterTotal()).isBetween(TEN_MINUTES, TEN_MINUTES.multipliedBy(4));
        assertThat(effect.earlier()).isZero();
    }

    @Test
    void a_job_that_no_worker_is_large_enough_for_has_no_time() {
        workerWith(2);
        Prospect prospect = whatIf(4, Optional.empty());
        assertThat(prospect.start()).isEqualTo(Optional.empty());
        assertThat(prospect.waiting().orElseThrow().reason()).isEqualTo(new NeverFits(4, 2, 0));
    }

    @Test
    void asking_changes_nothing() {
        workerWith(1);
        hear(request(1, ACME, 1, UNCAPPED));
        hear(request(2, ACME, 1, UNCAPPED));
        EngineSnapshot before = engine.snapshot();
        whatIf(1, Optional.of(Priority.CRITICAL));
        assertThat(engine.snapshot()).isEqualTo(before);
        assertThat(engine.find(Proposal.JOB)).isEqualTo(Optional.empty());
        assertThat(engine.job(job(2)).sequence()).isEqualTo(1);
    }

    @Test
    void a_worker_that_joins_lets_those_who_wait_start_earlier() {
        workerWith(1);
        hear(request(1, ACME, 1, UNCAPPED));
        hear(request(2, BOLT, 1, UNCAPPED));
        Effect effect = whatIf(new Edit.Join(1, 1));
        assertThat(effect.earlier()).isEqualTo(1);
        assertThat(effect.earlierMax()).isBetween(TEN_MINUTES.dividedBy(2), TEN_MINUTES.multipliedBy(2));
        assertThat(effect.later()).isZero();
    }

    @Test
    void a_worker_that_joins_is_large_enough_at_last() {
        workerWith(1);
        hear(request(1, ACME, 2, UNCAPPED));
        assertThat(whatIf(new Edit.Join(1, 2)).atLast()).isEqualTo(1);
    }

    @Test
    void a_worker_that_leaves_takes_the_start_from_those_who_wait() {
        workerWith(1);
        hear(request(1, ACME, 1, UNCAPPED));
        hear(request(2, BOLT, 1, UNCAPPED));
        assertThat(whatIf(new Edit.Leave(ALICE)).noLonger()).isEqualTo(1);
        assertThatThrownBy(() -> whatIf(new Edit.Leave(BOB)))
                .hasMessage("there is no worker bob: one of [alice] would be right");
    }

    @Test
    void a_lower_cap_lets_a_tenants_jobs_start_one_after_the_other() {
        workerWith(2);
        for (int number = 1; number <= 4; number++) {
            hear(request(number, ACME, 1, UNCAPPED));
        }
        Effect effect = whatIf(new Edit.Limit(Level.APP, ACME, ACME.toString(), limits -> limits.withRunningMax(1)));
        assertThat(effect.later()).isEqualTo(2);
    }

    private Effect whatIf(Edit edit) {
        return new WhatIf(Optional.empty(), List.of(edit))
                .in(new Explainer(engine.snapshot()).asIs())
                .effect();
    }

    private Prospect whatIf(int gpus, Optional<Priority> priority) {
        AsIs asIs = new Explainer(engine.snapshot()).asIs();
        return new WhatIf(Optional.of(new Proposal(BOLT, gpus, priority, TEN_MINUTES)), List.of()).in(asIs);
    }

    private void workerWith(int gpus) {
        hear(new WorkerBeat(ALICE, ONE, 1, "cpu", gpus, Readiness.ACCEPTING, List.of()));
    }

    private void hear(Event event) {
        engine.apply(new Heard(event, T0));
    }
}
