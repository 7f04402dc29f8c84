package io.deeptrain.messaging.adapter.micrometer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Which release of which service it is that the other metrics come from. */
public final class BuildInfo {
    private BuildInfo() {}

    public static void register(MeterRegistry registry, String service, String version) {
        Gauge.builder("deeptrain.build.info", () -> 1)
                .tag("service", service)
                .tag("version", version)
                .description("Always 1; the labels say it")
                .register(registry);
    }
}
