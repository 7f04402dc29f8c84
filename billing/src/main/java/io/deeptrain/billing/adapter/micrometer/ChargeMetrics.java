package io.deeptrain.billing.adapter.micrometer;

import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.ChargeEvent.ChargeDivided;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.ChargeUpdated;
import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.ChargeEvent.Line;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Locale;

/** What was posted and what was given away, by second. */
@ApplicationScoped
public class ChargeMetrics {
    private static final double MILLIS_PER_SECOND = 1000;

    private final MeterRegistry registry;

    public ChargeMetrics(MeterRegistry registry) {
        this.registry = registry;
        registry.counter("deeptrain.billable.seconds");
        for (FreeReason reason : FreeReason.values()) {
            if (reason != FreeReason.NOTHING_FREE) {
                registry.counter("deeptrain.credited.seconds", "cause", cause(reason));
            }
        }
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
                case ChargeUpdated _, ChargeDivided _ -> {}
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
}
