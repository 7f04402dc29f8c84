package io.deeptrain.api.adapter.postgres;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.webhook.WebhookEvent;
import java.util.TreeMap;

/** The body of a message to a tenant's server, in the shape that Standard Webhooks recommends. */
final class WebhookJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private WebhookJson() {}

    static String of(StoredVersion version, WebhookEvent event) {
        ObjectNode body = MAPPER.createObjectNode();
        body.put("type", event.type().publicName());
        body.put("timestamp", event.occurredAt().toString());
        ObjectNode data = body.putObject("data");
        data.put("user_id", version.tenant().userId());
        data.put("app_id", version.tenant().appId());
        data.put("model_id", version.modelId().value());
        data.put("model_version_id", version.id().value());
        version.jobId().ifPresent(job -> data.put("job_id", job.value()));
        new TreeMap<>(event.data()).forEach((name, value) -> data.set(name, MAPPER.valueToTree(value)));
        return body.toString();
    }
}
