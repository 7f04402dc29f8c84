package io.deeptrain.api.adapter.http;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.http.PublicHttp.Outcome;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Webhooks;
import io.deeptrain.api.adapter.postgres.Webhooks.DeliveryState;
import io.deeptrain.api.adapter.postgres.Webhooks.Due;
import io.deeptrain.api.webhook.Redelivery;
import io.deeptrain.api.webhook.Settlement;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Tells servers of tenants what they asked for, signed as Standard Webhooks 1.0 has it: {@code webhook-id},
 * {@code webhook-timestamp}, and {@code webhook-signature} over both and the body. At least once; what is told twice
 * has the same id. Several of these may run; a message is taken by one of them at a time.
 */
@ApplicationScoped
public class WebhookSender {
    private static final Logger LOG = Logger.getLogger(WebhookSender.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration WHOLE_TIMEOUT = Duration.ofSeconds(15);
    /** Longer than a delivery can take, so that nobody sends what another one is sending. */
    private static final Duration TERM = Duration.ofSeconds(60);

    private static final int AT_ONCE = 32;
    private static final int ANSWER_BYTES_MAX = 4096;

    private final Database database;
    private final MeterRegistry meters;
    private final PublicHttp http;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("webhooks").daemon().unstarted(this::run);

    WebhookSender(
            Database database,
            MeterRegistry meters,
            @ConfigProperty(name = "deeptrain.webhooks.private-addresses", defaultValue = "false")
                    boolean privateAddresses) {
        this.database = database;
        this.meters = meters;
        Predicate<InetAddress> reachable = privateAddresses ? _ -> true : PublicAddress::isPublic;
        this.http = new PublicHttp(reachable, READ_TIMEOUT, WHOLE_TIMEOUT, ANSWER_BYTES_MAX);
    }

    void start(@Observes StartupEvent event) {
        thread.start();
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        closing.countDown();
        thread.join(CLOSE_TIMEOUT);
    }

    private void run() {
        try {
            while (!closing.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                List<Due> due = due();
                while (!due.isEmpty() && closing.getCount() > 0) {
                    deliver(due);
                    due = due();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Due> due() {
        try {
            return database.inTransaction(connection -> Webhooks.take(connection, AT_ONCE, TERM));
        } catch (Refusal away) {
            return List.of();
        } catch (RuntimeException bug) {
            LOG.error("cannot look for messages to servers of tenants", bug);
            return List.of();
        }
    }

    private void deliver(List<Due> due) throws InterruptedException {
        List<Thread> threads = due.stream()
                .map(one -> Thread.ofVirtual().name("webhook").start(() -> deliver(one)))
                .toList();
        for (Thread sending : threads) {
            sending.join();
        }
    }

    private void deliver(Due due) {
        try {
            settle(due, http.send(signed(due, Instant.now())));
        } catch (Refusal | WebhookSigningException | EmptyWebhookSecretException failed) {
            LOG.warnf(failed, "message %d is tried again later", due.delivery().id());
        }
    }

    private static PublicHttp.Request signed(Due due, Instant now)
            throws WebhookSigningException, EmptyWebhookSecretException {
        String id = due.delivery().messageId();
        String body = due.delivery().body();
        return new PublicHttp.Request(
                "POST",
                due.url(),
                Map.of(
                        "Content-Type",
                        "application/json",
                        "webhook-id",
                        id,
                        "webhook-timestamp",
                        Long.toString(now.getEpochSecond()),
                        "webhook-signature",
                        new Webhook(due.secret()).sign(id, now.getEpochSecond(), body)),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private void settle(Due due, Outcome outcome) {
        int attempts = due.delivery().attempts();
        Settlement settlement = switch (outcome) {
            case Outcome.Answered(int code, var _) -> Redelivery.answered(attempts, code);
            case Outcome.Failed(String reason) -> Redelivery.failed(attempts, reason);
        };
        OptionalInt status =
                outcome instanceof Outcome.Answered(int code, var _) ? OptionalInt.of(code) : OptionalInt.empty();
        database.inTransaction(connection -> {
            keep(connection, due, settlement, status);
            return settlement;
        });
        meters.counter(
                        "deeptrain.webhook.deliveries",
                        "outcome",
                        settlement instanceof Settlement.Delivered ? "delivered" : "failed")
                .increment();
    }

    private static void keep(Connection connection, Due due, Settlement settlement, OptionalInt status)
            throws SQLException {
        long id = due.delivery().id();
        switch (settlement) {
            case Settlement.Delivered() ->
                Webhooks.settle(connection, id, DeliveryState.DELIVERED, status, "", Optional.empty());
            case Settlement.Again(Duration pause, String reason) ->
                Webhooks.settle(connection, id, DeliveryState.WAITING, status, reason, Optional.of(pause));
            case Settlement.GivenUp(String reason) ->
                Webhooks.settle(connection, id, DeliveryState.GIVEN_UP, status, reason, Optional.empty());
            case Settlement.Unwanted(String reason) -> {
                Webhooks.settle(connection, id, DeliveryState.GIVEN_UP, status, reason, Optional.empty());
                Webhooks.disable(connection, due.delivery().webhookId(), reason);
            }
        }
    }
}
