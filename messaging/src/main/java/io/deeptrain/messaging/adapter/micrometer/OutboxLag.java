package io.deeptrain.messaging.adapter.micrometer;

import io.deeptrain.messaging.adapter.postgres.PostgresOutbox.Backlog;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.function.Supplier;

/** How long the oldest event of a service's outbox has waited to be published. */
public final class OutboxLag {
    private static final double MILLIS_PER_SECOND = 1000;

    private OutboxLag() {}

    /** While nobody knows what waits, the gauge has no value. */
    public static void register(MeterRegistry registry, Supplier<Optional<Backlog>> backlog) {
        Gauge.builder("deeptrain.events.outbox.lag", () -> seconds(backlog.get()))
                .baseUnit("seconds")
                .description("Age of the oldest event that waits to be published")
                .register(registry);
    }

    private static double seconds(Optional<Backlog> backlog) {
        return backlog.map(known -> known.oldestAge().toMillis() / MILLIS_PER_SECOND)
                .orElse(Double.NaN);
    }
}
