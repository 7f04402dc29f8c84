package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.Tenant;
import io.quarkus.panache.common.Sort;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The tables {@code webhook} and {@code webhook_delivery}. To be called in a transaction. */
public final class Webhooks {
    private static final String DELIVERY = """
            d.delivery_id, d.webhook_id, d.message_id, d.event_type, d.body, d.attempts, d.state, d.last_status,
            d.last_error, d.created_at, d.next_attempt_at
            """;

    private Webhooks() {}

    /**
     * A server that wants to be told.
     *
     * @param eventTypes public names; none for all
     * @param disabledReason why it is told nothing any more, or empty
     */
    public record StoredWebhook(
            String id,
            Tenant tenant,
            String url,
            String secret,
            List<String> eventTypes,
            String disabledReason,
            Instant createdAt) {
        public StoredWebhook {
            eventTypes = List.copyOf(eventTypes);
        }
    }

    /** Where a message to a server stands. */
    public enum DeliveryState {
        WAITING,
        DELIVERED,
        GIVEN_UP
    }

    /** A message to a server. */
    public record Delivery(
            long id,
            String webhookId,
            String messageId,
            String eventType,
            String body,
            int attempts,
            DeliveryState state,
            OptionalInt lastStatus,
            String lastError,
            Instant createdAt,
            Optional<Instant> nextAttemptAt) {}

    /** A message that is due, and where it goes. */
    public record Due(Delivery delivery, String url, String secret) {}

    public static void insert(StoredWebhook webhook) {
        new WebhookEntity(webhook).persist();
    }

    public static List<StoredWebhook> list(Tenant tenant) {
        return WebhookEntity.<WebhookEntity>find(
                        "userId = ?1 and appId = ?2",
                        Sort.by("createdAt").and("webhookId"),
                        tenant.userId(),
                        tenant.appId())
                .stream()
                .map(WebhookEntity::toRecord)
                .toList();
    }

    public static Optional<StoredWebhook> find(Tenant tenant, String id) {
        return WebhookEntity.<WebhookEntity>find(
                        "userId = ?1 and appId = ?2 and webhookId = ?3", tenant.userId(), tenant.appId(), id)
                .firstResultOptional()
                .map(WebhookEntity::toRecord);
    }

    /** Its deliveries go with it. */
    public static void delete(String id) {
        WebhookEntity.deleteById(id);
    }

    /** It is told nothing any more. */
    public static void disable(Connection connection, String id, String reason) throws SQLException {
        Sql.update(connection, "update webhook set disabled_reason = ? where webhook_id = ?", reason, id);
        Sql.update(connection, """
                update webhook_delivery set state = 'GIVEN_UP', next_attempt_at = null
                where webhook_id = ? and state = 'WAITING'
                """, id);
    }

    /** Puts a message to every server of the tenant that asked for its type. Twice is once. */
    public static void enqueue(Connection connection, Tenant tenant, String messageId, String type, String body)
            throws SQLException {
        Sql.update(connection, """
                insert into webhook_delivery (webhook_id, message_id, event_type, body, next_attempt_at)
                select webhook_id, ?, ?, ?, clock_timestamp() from webhook
                where user_id = ? and app_id = ? and disabled_reason = ''
                  and (event_types = '{}' or ? = any(event_types))
                on conflict do nothing
                """, messageId, type, body, tenant.userId(), tenant.appId(), type);
    }

    /** As {@link #enqueue}, for the servers of all apps of a user. */
    static void enqueueForAll(Connection connection, String userId, String messageId, String type, String body)
            throws SQLException {
        Sql.update(connection, """
                insert into webhook_delivery (webhook_id, message_id, event_type, body, next_attempt_at)
                select webhook_id, ?, ?, ?, clock_timestamp() from webhook
                where user_id = ? and disabled_reason = '' and (event_types = '{}' or ? = any(event_types))
                on conflict do nothing
                """, messageId, type, body, userId, type);
    }

    /** Takes messages that are due. Whoever takes one has it for the term; then it is due again. */
    public static List<Due> take(Connection connection, int max, Duration term) throws SQLException {
        return Sql.list(
                connection,
                """
                with due as (
                    select delivery_id from webhook_delivery
                    where next_attempt_at <= clock_timestamp()
                    order by next_attempt_at limit ? for update skip locked)
                update webhook_delivery d
                set next_attempt_at = clock_timestamp() + make_interval(secs => ?), attempts = attempts + 1
                from due, webhook w
                where d.delivery_id = due.delivery_id and w.webhook_id = d.webhook_id
                returning w.url, w.secret,
                """ + DELIVERY,
                row -> new Due(delivery(row, 2), row.getString(1), row.getString(2)),
                max,
                (double) term.toSeconds());
    }

    /** Keeps what came of an attempt. {@code again}: when it is tried once more. */
    public static void settle(
            Connection connection,
            long deliveryId,
            DeliveryState state,
            OptionalInt status,
            String error,
            Optional<Duration> again)
            throws SQLException {
        Sql.update(
                connection,
                """
                update webhook_delivery
                set state = ?, last_status = ?, last_error = ?,
                    next_attempt_at = clock_timestamp() + make_interval(secs => ?)
                where delivery_id = ?
                """,
                state.name(),
                status.isPresent() ? status.getAsInt() : null,
                error,
                again.map(pause -> (double) pause.toSeconds()).orElse(null),
                deliveryId);
    }

    /** The messages to a server, newest first. */
    public static Slice<Delivery> deliveries(Connection connection, String webhookId, Page page) throws SQLException {
        return Slice.read(
                connection,
                page,
                "select " + DELIVERY + """
                , delivery_id as position from webhook_delivery d
                where webhook_id = ? and delivery_id < ? order by delivery_id desc offset ? limit ?
                """,
                row -> delivery(row, 0),
                webhookId,
                page.below(),
                page.offset(),
                page.size());
    }

    /** Sends a message again, whatever became of it; false if the server was never told it. */
    public static boolean replay(Connection connection, String webhookId, long deliveryId) throws SQLException {
        return Sql.update(connection, """
                        update webhook_delivery
                        set state = 'WAITING', attempts = 0, next_attempt_at = clock_timestamp()
                        where webhook_id = ? and delivery_id = ?
                        """, webhookId, deliveryId) == 1;
    }

    private static Delivery delivery(ResultSet row, int before) throws SQLException {
        int status = row.getInt(before + 8);
        return new Delivery(
                row.getLong(before + 1),
                row.getString(before + 2),
                row.getString(before + 3),
                row.getString(before + 4),
                row.getString(before + 5),
                row.getInt(before + 6),
                DeliveryState.valueOf(row.getString(before + 7)),
                status == 0 ? OptionalInt.empty() : OptionalInt.of(status),
                row.getString(before + 9),
                Sql.instant(row, before + 10),
                Sql.maybeInstant(row, before + 11));
    }
}
