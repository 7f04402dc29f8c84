package io.deeptrain.worker.adapter.quarkus;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the broker took the newest beat: the scheduler can know of this worker. */
@Readiness
public class KafkaReadiness implements HealthCheck {
    private final WorkerApplication worker;

    KafkaReadiness(WorkerApplication worker) {
        this.worker = worker;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("kafka")
                .status(worker.isAccepting() && worker.isHeard())
                .build();
    }
}
