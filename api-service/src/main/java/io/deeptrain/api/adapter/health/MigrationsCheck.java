package io.deeptrain.api.adapter.health;

import java.util.Arrays;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Up when the schema is what this version of the service needs. */
@Readiness
public class MigrationsCheck implements HealthCheck {
    private final Flyway flyway;
    private volatile boolean migrated;

    MigrationsCheck(Flyway flyway) {
        this.flyway = flyway;
    }

    @Override
    public HealthCheckResponse call() {
        try {
            // A schema does not go back, so that one look is enough.
            migrated = migrated || Arrays.asList(flyway.info().pending()).isEmpty();
        } catch (FlywayException away) {
            return HealthCheckResponse.named("migrations")
                    .down()
                    .withData("reason", String.valueOf(away.getMessage()))
                    .build();
        }
        return HealthCheckResponse.named("migrations").status(migrated).build();
    }
}
