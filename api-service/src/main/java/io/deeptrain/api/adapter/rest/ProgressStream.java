package io.deeptrain.api.adapter.rest;

import io.deeptrain.api.access.Scope;
import io.deeptrain.api.adapter.door.Authenticator;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.VersionWatch;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.adapter.rpc.ModelMessages;
import io.deeptrain.event.ModelVersionId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * The progress of a version as server-sent events, each of which says all there is to say. Their ids are the revisions
 * of the version: who comes back with a {@code Last-Event-ID} is told at once what it is now, unless that is the same.
 * A client that reads slowly misses what was in between, never the latest. The stream ends with the training.
 */
@ApplicationScoped
public class ProgressStream {
    private static final Logger LOG = Logger.getLogger(ProgressStream.class);
    private static final long HEARTBEAT_MILLIS = 15_000;
    private static final String RECONNECT = "retry: 2000\n\n";
    private static final String HEARTBEAT = ": still here\n\n";

    private final Database database;
    private final Authenticator authenticator;
    private final VersionWatch watch;
    private final OwnRoutes ownRoutes;
    private final Vertx vertx;
    private final AtomicInteger clients = new AtomicInteger();

    ProgressStream(
            Database database,
            Authenticator authenticator,
            VersionWatch watch,
            OwnRoutes ownRoutes,
            Vertx vertx,
            MeterRegistry meters) {
        this.database = database;
        this.authenticator = authenticator;
        this.watch = watch;
        this.ownRoutes = ownRoutes;
        this.vertx = vertx;
        Gauge.builder("deeptrain.sse.clients", clients::get)
                .description("Streams of progress that are open")
                .register(meters);
    }

    void open(@Observes Router router) {
        for (String form : new String[] {OwnRoutes.LONG_FORM, OwnRoutes.SHORT_FORM}) {
            router.get(form + OwnRoutes.VERSION + "/events")
                    .order(OwnRoutes.BEFORE_THE_CONTRACT)
                    .handler(context -> onThread(() -> begin(context)));
        }
    }

    @ActivateRequestContext
    void begin(RoutingContext context) {
        StoredVersion version;
        try {
            Caller caller = caller(context);
            version = database.inTransaction(connection -> OwnRoutes.living(connection, context, caller));
        } catch (Refusal refusal) {
            ownRoutes.refuse(context, refusal);
            return;
        }
        HttpServerResponse response = context.response()
                .putHeader("content-type", "text/event-stream")
                .putHeader("cache-control", "no-store")
                .putHeader("x-accel-buffering", "no")
                .setChunked(true);
        HttpAnswers.sayWhatIsLeft(context);
        response.write(RECONNECT);
        new Stream(context, version, lastSeen(context)).open();
    }

    /** Counts as a call of the key, which what is told in between does not. */
    @ActivateRequestContext
    Caller caller(RoutingContext context) {
        Caller caller = authenticator.authenticate(RestDoor.headers(context));
        caller.require(Scope.MODELS_GET, context.normalizedPath());
        return caller;
    }

    @ActivateRequestContext
    StoredVersion now(StoredVersion known) {
        String model = known.modelId().value();
        String version = known.id().value();
        return database.inTransaction(connection -> Versions.find(connection, known.tenant(), model, version)
                .orElseThrow(() -> ModelMessages.noVersion(model, version)));
    }

    private static long lastSeen(RoutingContext context) {
        String id = Optional.ofNullable(context.request().getHeader("last-event-id"))
                .orElse("");
        return id.matches("\\d{1,18}") ? Long.parseLong(id) : -1;
    }

    private static void onThread(Runnable work) {
        Thread.ofVirtual().name("progress-stream").start(work);
    }

    /** One client that watches. */
    private final class Stream implements VersionWatch.Watcher {
        private final RoutingContext context;
        private final StoredVersion opened;
        private final ModelVersionId version;
        private final AtomicLong told;
        private final AtomicBoolean looking = new AtomicBoolean();
        private final AtomicBoolean again = new AtomicBoolean();
        private final AtomicBoolean closed = new AtomicBoolean();

        Stream(RoutingContext context, StoredVersion opened, long told) {
            this.context = context;
            this.opened = opened;
            this.version = opened.id();
            this.told = new AtomicLong(told);
        }

        void open() {
            clients.incrementAndGet();
            long heartbeat = vertx.setPeriodic(HEARTBEAT_MILLIS, _ -> onThread(this::beat));
            context.response().endHandler(_ -> close(heartbeat)).exceptionHandler(_ -> close(heartbeat));
            context.request().connection().closeHandler(_ -> close(heartbeat));
            watch.watch(version, this);
        }

        private void close(long heartbeat) {
            if (closed.compareAndSet(false, true)) {
                clients.decrementAndGet();
                vertx.cancelTimer(heartbeat);
                watch.unwatch(version, this);
            }
        }

        /** One thread looks at a time; what changes meanwhile makes it look once more. */
        @Override
        public void changed() {
            again.set(true);
            if (looking.compareAndSet(false, true)) {
                onThread(this::look);
            }
        }

        private void look() {
            while (true) {
                while (again.getAndSet(false)) {
                    tell();
                }
                looking.set(false);
                if (!again.get() || !looking.compareAndSet(false, true)) {
                    return;
                }
            }
        }

        private void tell() {
            if (closed.get()) {
                return;
            }
            try {
                StoredVersion now = now(opened);
                if (now.revision() != told.get() && !context.response().writeQueueFull()) {
                    told.set(now.revision());
                    send("progress", now.revision(), ProgressJson.of(now).toString());
                } else if (now.revision() != told.get()) {
                    context.response().drainHandler(_ -> changed());
                }
                if (now.completedAt().isPresent()) {
                    context.response().end();
                }
            } catch (Refusal gone) {
                end(gone);
            }
        }

        /** Deleted, or the key was revoked, or the database is away: the client comes back and hears which. */
        private void end(Refusal reason) {
            LOG.debugf("a stream of version %s ends: %s", version, reason.details());
            send("end", told.get(), ownRoutes.envelope(reason).toString());
            context.response().end();
        }

        private void beat() {
            if (closed.get()) {
                return;
            }
            try {
                caller(context);
                context.response().write(HEARTBEAT);
            } catch (Refusal closedNow) {
                end(closedNow);
            }
        }

        private void send(String event, long id, String data) {
            context.response().write("id: %d\nevent: %s\ndata: %s\n\n".formatted(id, event, data));
        }
    }
}
