package io.deeptrain.api.webhook;

import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCancelling;
import io.deeptrain.event.JobEvent.JobCheckpointed;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Something in the life of a training, or of a budget, that a tenant's server can be told.
 *
 * @param messageId the same each time that this is told, so that the receiver can drop what it knows
 * @param data what there is to say besides which job it is
 */
public record WebhookEvent(String messageId, Type type, Instant occurredAt, Map<String, Object> data) {
    public WebhookEvent {
        data = Map.copyOf(data);
    }

    /** What can be subscribed to. */
    public enum Type {
        QUEUED("training.queued"),
        STARTED("training.started"),
        REQUEUED("training.requeued"),
        SUCCEEDED("training.succeeded"),
        FAILED("training.failed"),
        CANCELLED("training.cancelled"),
        BUDGET_THRESHOLD("budget.threshold");

        private final String publicName;

        Type(String publicName) {
            this.publicName = publicName;
        }

        public String publicName() {
            return publicName;
        }

        public static List<String> names() {
            return Arrays.stream(values()).map(Type::publicName).toList();
        }
    }

    /** What an entry of a job's history tells; nothing if it is not for tenants. */
    public static Optional<WebhookEvent> of(JobEvent entry) {
        return switch (entry) {
            case JobQueued _ -> told(entry, Type.QUEUED, Map.of());
            case JobStarted started ->
                told(entry, Type.STARTED, Map.of("attempt", started.attempt().value()));
            case JobRequeued requeued ->
                told(entry, Type.REQUEUED, Map.of("cause", requeued.cause().name(), "detail", requeued.detail()));
            case JobSucceeded succeeded ->
                told(
                        entry,
                        Type.SUCCEEDED,
                        Map.of(
                                "completion",
                                succeeded.completion().name(),
                                "metrics",
                                new TreeMap<>(succeeded.metrics())));
            case JobFailed failed ->
                told(
                        entry,
                        Type.FAILED,
                        Map.of("fault", failed.fault().name(), "code", failed.code(), "message", failed.message()));
            case JobCancelled _ -> told(entry, Type.CANCELLED, Map.of());
            case JobAssigned _, JobCheckpointed _, JobCancelling _, JobFinishing _ -> Optional.empty();
        };
    }

    private static Optional<WebhookEvent> told(JobEvent entry, Type type, Map<String, Object> data) {
        String messageId = "msg_%s_%d".formatted(entry.jobId(), entry.sequence());
        return Optional.of(new WebhookEvent(messageId, type, entry.occurredAt(), data));
    }
}
