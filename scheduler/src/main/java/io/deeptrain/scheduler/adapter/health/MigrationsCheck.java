package io.deeptrain.scheduler.adapter.health;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.flywaydb.core.Flyway;

/** The schema is the one that this build expects. */
@Readiness
@ApplicationScoped
public class MigrationsCheck implements HealthCheck {
    private final Flyway flyway;

    MigrationsCheck(Flyway flyway) {
        this.flyway = flyway;
    }

    @Override
    public HealthCheckResponse call() {
        int pending = flyway.info().pending().length;
        return HealthCheckResponse.named("migrations")
                .status(pending == 0)
                .withData("pending", pending)
                .build();
    }
}
