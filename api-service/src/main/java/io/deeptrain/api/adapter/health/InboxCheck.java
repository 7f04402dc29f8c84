package io.deeptrain.api.adapter.health;

import io.deeptrain.messaging.adapter.kafka.Retrying;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Down while a batch of events cannot be worked in and is tried again. */
@Readiness
public class InboxCheck implements HealthCheck {
    private final Retrying retrying;

    InboxCheck(Retrying retrying) {
        this.retrying = retrying;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("inbox").status(!retrying.isFailing()).build();
    }
}
