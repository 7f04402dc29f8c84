package io.deeptrain.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {

    @Test
    void a_process_that_keeps_dying_is_left_down_ever_longer_up_to_a_limit() {
        Stream<Duration> waits = Stream.iterate(RestartPolicy.fresh(), policy -> policy.died(Duration.ofSeconds(1)))
                .limit(9)
                .map(RestartPolicy::pause);

        assertThat(waits.map(Duration::toMillis))
                .containsExactly(0L, 250L, 500L, 1_000L, 2_000L, 4_000L, 8_000L, 10_000L, 10_000L);
    }

    @Test
    void a_process_that_ran_well_is_started_again_at_once() {
        RestartPolicy troubled = new RestartPolicy(7);

        assertThat(troubled.died(Duration.ofSeconds(20)).pause()).isEqualTo(Duration.ofMillis(250));
        assertThat(troubled.died(Duration.ofMillis(19_999)).pause()).isEqualTo(Duration.ofSeconds(10));
    }
}
