package io.deeptrain.scheduler.explain;

import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PromisesTest {
    private final Promises promises = new Promises();

    @Test
    void a_start_is_compared_with_the_first_promise() {
        promises.look(T0, Map.of(job(1), in(T0, 60)));
        promises.look(T0.plusSeconds(600), Map.of(job(1), in(T0.plusSeconds(600), 60)));
        assertThat(promises.started(job(1), T0.plusSeconds(700))).isEqualTo(Optional.of(Duration.ofSeconds(640)));
        assertThat(promises.started(job(1), T0.plusSeconds(700))).isEqualTo(Optional.empty());
    }

    @Test
    void a_job_that_no_longer_waits_is_forgotten() {
        promises.look(T0, Map.of(job(1), in(T0, 60)));
        promises.look(T0.plusSeconds(10), Map.of());
        assertThat(promises.started(job(1), T0.plusSeconds(20))).isEqualTo(Optional.empty());
    }

    @Test
    void what_came_true_makes_later_promises_better() {
        Map<JobId, StartTime> waiting = new HashMap<>();
        for (int number = 1; number <= Calibration.ENOUGH; number++) {
            waiting.put(job(number), in(T0, 3000));
        }
        promises.look(T0, waiting);
        waiting.keySet().forEach(jobId -> promises.started(jobId, T0.plusSeconds(6000)));
        assertThat(promises.calibrated(T0, in(T0, 3000)).at()).isEqualTo(T0.plusSeconds(6000));
    }

    @Test
    void a_promise_that_time_has_proved_wrong_counts_before_the_job_starts() {
        Map<JobId, StartTime> waiting = new HashMap<>();
        for (int number = 1; number <= Calibration.ENOUGH; number++) {
            waiting.put(job(number), in(T0, 3000));
        }
        promises.look(T0, waiting);
        promises.look(T0.plusSeconds(3000), waiting);
        assertThat(promises.calibrated(T0, in(T0, 3000))).isEqualTo(in(T0, 3000));
        promises.look(T0.plusSeconds(9000), waiting);
        assertThat(promises.calibrated(T0, in(T0, 3000)).at()).isEqualTo(T0.plusSeconds(9000));
    }

    private static StartTime in(Instant asOf, long seconds) {
        Instant at = asOf.plusSeconds(seconds);
        return new StartTime(at, at.minusSeconds(seconds / 10), at.plusSeconds(seconds / 10));
    }
}
