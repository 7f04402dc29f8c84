package io.deeptrain.messaging.adapter.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.messaging.adapter.postgres.PostgresOutbox.Backlog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OutboxLagTest {
    @Test
    void it_is_the_age_of_the_oldest_row_in_seconds_and_nothing_while_that_is_not_known() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        AtomicReference<Optional<Backlog>> backlog = new AtomicReference<>(Optional.empty());
        OutboxLag.register(registry, backlog::get);

        assertThat(lag(registry)).isNaN();
        backlog.set(Optional.of(new Backlog(3, Duration.ofMillis(1500))));
        assertThat(lag(registry)).isEqualTo(1.5);
        backlog.set(Optional.of(new Backlog(0, Duration.ZERO)));
        assertThat(lag(registry)).isZero();
    }

    private static double lag(SimpleMeterRegistry registry) {
        return registry.get("deeptrain.events.outbox.lag").gauge().value();
    }
}
