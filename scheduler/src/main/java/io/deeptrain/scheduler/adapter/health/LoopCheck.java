package io.deeptrain.scheduler.adapter.health;

import io.deeptrain.scheduler.adapter.kafka.SchedulerView;
import io.deeptrain.scheduler.adapter.kafka.SchedulerView.Role;
import io.deeptrain.scheduler.adapter.quarkus.SchedulerProcess;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready is who leads, or watches over the leader, and has lately done so. */
@Readiness
@ApplicationScoped
public class LoopCheck implements HealthCheck {
    private static final Duration SILENCE_MAX = Duration.ofSeconds(10);

    private final SchedulerProcess process;

    LoopCheck(SchedulerProcess process) {
        this.process = process;
    }

    @Override
    public HealthCheckResponse call() {
        SchedulerView view = process.view();
        boolean isFresh = Duration.between(view.asOf(), Instant.now()).compareTo(SILENCE_MAX) < 0;
        return HealthCheckResponse.named("scheduler")
                .status(isFresh && view.role() != Role.STARTING)
                .withData("role", view.role().name())
                .withData("epoch", view.epoch())
                .withData("as_of", view.asOf().toString())
                .build();
    }
}
