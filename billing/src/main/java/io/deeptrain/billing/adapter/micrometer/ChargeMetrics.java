package io.deeptrain.billing.adapter.micrometer;

import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.ChargeUpdated;
import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.ChargeEvent.Line;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Locale;
import javax.sql.DataSource;

/** What was posted, by second, and how long charges wait to be published. */
@ApplicationScoped
public class ChargeMetrics {
    private static final double MILLIS_PER_SECOND = 1000;

    private final MeterRegistry registry;

    public ChargeMetrics(MeterRegistry registry, DataSource dataSource) {
        this.registry = registry;
        registry.counter("deeptrain.billable.seconds");
        for (FreeReason reason : FreeReason.values()) {
            if (reason != FreeReason.NOTHING_FREE) {
                registry.counter("deeptrain.credited.seconds", "cause", cause(reason));
            }
        }
        Gauge.builder("deeptrain.events.outbox.lag.seconds", dataSource, ChargeMetrics::outboxLagSeconds)
                .description("Age of the oldest charge that is not published yet")
                .register(registry);
    }

    /** Counts these charges. To be called once they are committed. */
    public void committed(Collection<ChargeEvent> charges) {
        for (ChargeEvent charge : charges) {
            switch (charge) {
                case ChargePosted posted -> {
                    registry.counter("deeptrain.billable.seconds")
                            .increment((double) posted.statement().billedSeconds());
                    posted.statement().lines().forEach(this::credited);
                }
                case ChargeUpdated _ -> {}
            }
        }
    }

    private void credited(Line line) {
        if (line.freeMillis() > 0) {
            registry.counter("deeptrain.credited.seconds", "cause", cause(line.freeReason()))
                    .increment(line.freeMillis() / MILLIS_PER_SECOND);
        }
    }

    private static String cause(FreeReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    private static double outboxLagSeconds(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)
                        from billing.outbox""")) {
            return row.next() ? row.getDouble(1) : 0;
        } catch (SQLException unknown) {
            // The readiness check says that the database is away; a gauge without a value says the same.
            return Double.NaN;
        }
    }
}
