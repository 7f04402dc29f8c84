package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.Tenant;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** A row of {@code webhook}. */
@Entity
@Table(name = "webhook")
@SuppressWarnings("NullAway.Init") // Hibernate fills it.
class WebhookEntity extends PanacheEntityBase {
    @Id
    @Column(name = "webhook_id")
    String webhookId;

    @Column(name = "user_id")
    String userId;

    @Column(name = "app_id")
    String appId;

    String url;

    String secret;

    @JdbcTypeCode(SqlTypes.ARRAY)
    @Column(name = "event_types")
    List<String> eventTypes;

    @Column(name = "disabled_reason")
    String disabledReason;

    @Column(name = "created_at")
    Instant createdAt;

    protected WebhookEntity() {}

    WebhookEntity(Webhooks.StoredWebhook webhook) {
        this.webhookId = webhook.id();
        this.userId = webhook.tenant().userId();
        this.appId = webhook.tenant().appId();
        this.url = webhook.url();
        this.secret = webhook.secret();
        this.eventTypes = webhook.eventTypes();
        this.disabledReason = webhook.disabledReason();
        this.createdAt = webhook.createdAt();
    }

    Webhooks.StoredWebhook toRecord() {
        return new Webhooks.StoredWebhook(
                webhookId, new Tenant(userId, appId), url, secret, eventTypes, disabledReason, createdAt);
    }
}
