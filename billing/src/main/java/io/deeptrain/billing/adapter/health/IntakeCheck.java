package io.deeptrain.billing.adapter.health;

import io.deeptrain.messaging.adapter.kafka.Retrying;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Down while a batch cannot be worked in and is tried again. */
@Readiness
public class IntakeCheck implements HealthCheck {
    private final Retrying retrying;

    IntakeCheck(Retrying retrying) {
        this.retrying = retrying;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("intake").status(!retrying.isFailing()).build();
    }
}
