package io.deeptrain.scheduler.explain;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import io.deeptrain.scheduler.job.Jobs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each job takes ten minutes. */
class ForecastTest {
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    private final SchedulerEngine engine = new SchedulerEngine(EngineSettings.STANDARD);

    @Test
    void the_next_job_starts_when_the_one_that_runs_ends_and_the_one_behind_it_after_both() {
        workerWith(1);
        for (int number = 1; number <= 3; number++) {
            hear(request(number, ACME, 1, UNCAPPED));
        }
        Forecast forecast = Forecast.of(engine.snapshot());
        assertThat(forecast.of(job(1))).as("it runs").isEmpty();
        StartTime second = forecast.of(job(2)).orElseThrow();
        StartTime third = forecast.of(job(3)).orElseThrow();
        assertThat(Duration.between(T0, second.at())).isBetween(TEN_MINUTES.dividedBy(2), TEN_MINUTES.multipliedBy(2));
        assertThat(second.low()).isBefore(T0.plus(TEN_MINUTES)).isAfter(T0.plusSeconds(60));
        assertThat(second.high()).isAfter(T0.plus(TEN_MINUTES)).isBefore(T0.plus(TEN_MINUTES.multipliedBy(3)));
        assertThat(third.low()).isAfter(second.low());
        assertThat(third.at()).isAfter(second.at());
        assertThat(third.high()).isAfter(second.high());
    }

    @Test
    void a_job_that_no_worker_is_large_enough_for_has_no_time() {
        workerWith(2);
        hear(request(1, ACME, 2, UNCAPPED));
        hear(request(2, ACME, 4, UNCAPPED));
        hear(request(3, BOLT, 1, UNCAPPED));
        Forecast forecast = Forecast.of(engine.snapshot());
        assertThat(forecast.of(job(2))).isEqualTo(Optional.empty());
        assertThat(forecast.of(job(3))).isPresent();
    }

    /** One every minute for an hour, of a minute each: a long job that came first waits until they come no more. */
    @Test
    void a_job_that_shorter_ones_pass_is_expected_later_if_such_ones_came_lately() {
        workerWith(1);
        hear(lasting(1, Duration.ofMinutes(5), T0));
        hear(lasting(2, Duration.ofHours(10), T0));
        Instant quiet = Forecast.of(engine.snapshot()).of(job(2)).orElseThrow().at();
        for (int minute = 1; minute <= 60; minute++) {
            hear(lasting(2 + minute, Duration.ofMinutes(1), T0.plusSeconds(60L * minute)));
        }
        Forecast busy = Forecast.of(engine.snapshot());
        assertThat(quiet).isBefore(T0.plus(TEN_MINUTES.multipliedBy(2)));
        assertThat(busy.of(job(2)).orElseThrow().at()).isAfter(T0.plus(Duration.ofHours(3)));
        assertThat(busy.of(job(3)).orElseThrow().at()).isBefore(T0.plus(Duration.ofHours(2)));
    }

    @Test
    void the_same_question_has_the_same_answer() {
        workerWith(1);
        hear(request(1, ACME, 1, UNCAPPED));
        hear(request(2, ACME, 1, UNCAPPED));
        assertThat(Forecast.of(engine.snapshot()).of(job(2)))
                .isEqualTo(Forecast.of(engine.snapshot()).of(job(2)));
    }

    private void workerWith(int gpus) {
        hear(new WorkerBeat(
                new WorkerId("alice"), new IncarnationId("one"), 1, "cpu", gpus, Readiness.ACCEPTING, List.of()));
    }

    private static TrainingRequested lasting(int number, Duration estimate, Instant at) {
        return Jobs.lasting(number, ACME, 1, estimate, at);
    }

    private void hear(Event event) {
        Instant now = event instanceof TrainingRequested request ? request.requestedAt() : T0;
        engine.apply(new Heard(event, now));
    }
}
