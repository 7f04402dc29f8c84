package io.deeptrain.api.adapter.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.access.Scope;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Webhooks;
import io.deeptrain.api.adapter.postgres.Webhooks.Delivery;
import io.deeptrain.api.adapter.postgres.Webhooks.StoredWebhook;
import io.deeptrain.api.adapter.rpc.Tenants;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.webhook.WebhookEvent;
import io.deeptrain.event.Tenant;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Which servers of a tenant are told what, what they were told, and telling it again. */
@ApplicationScoped
public class WebhookRoutes {
    private static final int BODY_BYTES_MAX = 64 << 10;
    private static final int WEBHOOKS_MAX = 20;
    private static final int SECRET_BYTES = 24;
    private static final int URL_LENGTH_MAX = 2000;
    private static final String SECRET_PREFIX = "whsec_";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final OwnRoutes ownRoutes;
    private final Database database;

    WebhookRoutes(OwnRoutes ownRoutes, Database database) {
        this.ownRoutes = ownRoutes;
        this.database = database;
    }

    void open(@Observes Router router) {
        for (String form : new String[] {OwnRoutes.LONG_FORM, OwnRoutes.SHORT_FORM}) {
            open(router, HttpMethod.POST, form + "/webhooks", Scope.APPS_ADD, this::post);
            open(router, HttpMethod.GET, form + "/webhooks", Scope.APPS_GET, this::list);
            open(router, HttpMethod.DELETE, form + "/webhooks/:webhook", Scope.APPS_ADD, this::delete);
            open(router, HttpMethod.GET, form + "/webhooks/:webhook/deliveries", Scope.APPS_GET, this::deliveries);
            open(
                    router,
                    HttpMethod.POST,
                    form + "/webhooks/:webhook/deliveries/:delivery/replay",
                    Scope.APPS_ADD,
                    this::replay);
        }
    }

    private void open(Router router, HttpMethod method, String path, Scope scope, OwnRoutes.Answering answering) {
        router.route(method, path)
                .order(OwnRoutes.BEFORE_THE_CONTRACT)
                .handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX))
                .handler(context -> ownRoutes.answerOnThread(context, scope, answering));
    }

    private ObjectNode post(RoutingContext context, Caller caller) {
        JsonNode body = body(context);
        byte[] random = new byte[SECRET_BYTES];
        RANDOM.nextBytes(random);
        String secret = SECRET_PREFIX + Base64.getEncoder().encodeToString(random);
        StoredWebhook webhook = database.inTransaction(_ -> {
            Tenant tenant = Tenants.app(caller, OwnRoutes.named(context));
            if (Webhooks.list(tenant).size() >= WEBHOOKS_MAX) {
                throw new Refusal(
                        StatusCode.BAD_REQUEST_FORMAT,
                        "This app has %d webhooks, which is all it may have".formatted(WEBHOOKS_MAX));
            }
            StoredWebhook made = new StoredWebhook(
                    "wh_" + UUID.randomUUID().toString().replace("-", ""),
                    tenant,
                    url(body.path("url").asText("")),
                    secret,
                    types(body.path("event_types")),
                    "",
                    Instant.now());
            Webhooks.insert(made);
            return made;
        });
        ObjectNode answer = MAPPER.createObjectNode();
        answer.set("webhook", json(webhook).put("secret", secret));
        return answer;
    }

    private ObjectNode list(RoutingContext context, Caller caller) {
        ObjectNode answer = MAPPER.createObjectNode();
        ArrayNode webhooks = answer.putArray("webhooks");
        database.inTransaction(_ -> Webhooks.list(Tenants.app(caller, OwnRoutes.named(context))))
                .forEach(webhook -> webhooks.add(json(webhook)));
        return answer;
    }

    private ObjectNode delete(RoutingContext context, Caller caller) {
        return database.inTransaction(_ -> {
            Webhooks.delete(found(context, caller).id());
            return MAPPER.createObjectNode();
        });
    }

    private ObjectNode deliveries(RoutingContext context, Caller caller) {
        return database.inTransaction(connection -> {
            StoredWebhook webhook = found(context, caller);
            Page page = Page.of(caller, OwnRoutes.number(context, "page"), OwnRoutes.number(context, "per_page"));
            ObjectNode answer = MAPPER.createObjectNode();
            ArrayNode deliveries = answer.putArray("deliveries");
            for (Delivery delivery :
                    Webhooks.deliveries(connection, webhook.id(), page).shownTo(caller)) {
                deliveries.add(json(delivery));
            }
            return answer;
        });
    }

    private ObjectNode replay(RoutingContext context, Caller caller) {
        String named = OwnRoutes.parameter(context, "delivery");
        return database.inTransaction(connection -> {
            StoredWebhook webhook = found(context, caller);
            if (!webhook.disabledReason().isEmpty()) {
                throw new Refusal(
                        StatusCode.BAD_REQUEST_FORMAT,
                        "Webhook '%s' is told nothing any more: %s".formatted(webhook.id(), webhook.disabledReason()));
            }
            if (!named.matches("\\d{1,18}") || !Webhooks.replay(connection, webhook.id(), Long.parseLong(named))) {
                throw new Refusal(
                        StatusCode.DOES_NOT_EXIST,
                        "Delivery '%s' of webhook '%s' does not exist".formatted(named, webhook.id()));
            }
            return MAPPER.createObjectNode();
        });
    }

    private static StoredWebhook found(RoutingContext context, Caller caller) {
        String id = OwnRoutes.parameter(context, "webhook");
        return Webhooks.find(Tenants.app(caller, OwnRoutes.named(context)), id)
                .orElseThrow(() -> new Refusal(StatusCode.DOES_NOT_EXIST, "Webhook '%s' does not exist".formatted(id)));
    }

    private static String url(String url) {
        boolean isGood = url.length() <= URL_LENGTH_MAX && url.matches("https?://[^\\s]+");
        try {
            isGood = isGood && URI.create(url).getHost() != null;
        } catch (IllegalArgumentException notOne) {
            isGood = false;
        }
        if (!isGood) {
            throw new Refusal(
                    StatusCode.BAD_REQUEST_FORMAT,
                    "url is '%s' but must be an http or https URL of at most %d characters"
                            .formatted(url.substring(0, Math.min(url.length(), URL_LENGTH_MAX)), URL_LENGTH_MAX));
        }
        return url;
    }

    private static List<String> types(JsonNode named) {
        List<String> types = new ArrayList<>();
        for (JsonNode type : named) {
            if (!WebhookEvent.Type.names().contains(type.asText())) {
                throw new Refusal(
                        StatusCode.BAD_REQUEST_FORMAT,
                        "event_types holds '%s' but must hold some of %s, or nothing for all"
                                .formatted(type.asText(), String.join(", ", WebhookEvent.Type.names())));
            }
            types.add(type.asText());
        }
        return types;
    }

    private static JsonNode body(RoutingContext context) {
        try {
            return MAPPER.readTree(
                    Optional.ofNullable(context.body().asString()).orElse("{}"));
        } catch (IOException e) {
            throw new Refusal(StatusCode.BAD_REQUEST_FORMAT, "The body is not JSON: " + e.getMessage());
        }
    }

    private static ObjectNode json(StoredWebhook webhook) {
        ObjectNode json = MAPPER.createObjectNode()
                .put("id", webhook.id())
                .put("url", webhook.url())
                .put("created_at", webhook.createdAt().toString())
                .put("disabled_reason", webhook.disabledReason());
        ArrayNode types = json.putArray("event_types");
        webhook.eventTypes().forEach(types::add);
        return json;
    }

    private static ObjectNode json(Delivery delivery) {
        ObjectNode json = MAPPER.createObjectNode()
                .put("id", Long.toString(delivery.id()))
                .put("message_id", delivery.messageId())
                .put("event_type", delivery.eventType())
                .put("state", delivery.state().name())
                .put("attempts", delivery.attempts())
                .put("last_error", delivery.lastError())
                .put("created_at", delivery.createdAt().toString())
                .put("body", delivery.body());
        delivery.lastStatus().ifPresent(status -> json.put("last_status", status));
        delivery.nextAttemptAt().ifPresent(at -> json.put("next_attempt_at", at.toString()));
        return json;
    }
}
