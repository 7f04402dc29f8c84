package io.deeptrain.api.adapter.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.access.Scope;
import io.deeptrain.api.adapter.door.Authenticator;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Headers;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.Charges;
import io.deeptrain.api.adapter.postgres.Charges.StoredCharge;
import io.deeptrain.api.adapter.postgres.Charges.Total;
import io.deeptrain.api.adapter.postgres.Charges.UsageLine;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.VersionWatch;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.adapter.rpc.ModelMessages;
import io.deeptrain.api.adapter.rpc.Tenants;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.UserAppIDSet;
import io.deeptrain.event.ChargeEvent.Line;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.Topic;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * What the contract has no call for, in the same tree and the same envelope: the charge and the job of a version, its
 * progress in full, the stop of its training, and the usage of an app.
 */
@ApplicationScoped
public class OwnRoutes {
    private static final Logger LOG = Logger.getLogger(OwnRoutes.class);
    static final int BEFORE_THE_CONTRACT = 1_000;
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);
    static final String LONG_FORM = "/v2/users/:user/apps/:app";
    static final String SHORT_FORM = "/v2";
    static final String VERSION = "/models/:model/versions/:version";

    private final Database database;
    private final Authenticator authenticator;
    private final VersionWatch watch;
    private final ObjectMapper mapper = new ObjectMapper();

    OwnRoutes(Database database, Authenticator authenticator, VersionWatch watch) {
        this.database = database;
        this.authenticator = authenticator;
        this.watch = watch;
    }

    /** Answers one of these routes. */
    @FunctionalInterface
    interface Answering {
        ObjectNode answer(RoutingContext context, Caller caller);
    }

    /** A text that is no envelope, to be kept as a file. */
    record TextFile(String mediaType, String name, String content) {}

    /** Answers one of these routes with a file. */
    @FunctionalInterface
    interface Filing {
        TextFile file(RoutingContext context, Caller caller);
    }

    void open(@Observes Router router) {
        for (String form : new String[] {LONG_FORM, SHORT_FORM}) {
            open(router, form + VERSION + "/charge", this::charge);
            open(router, form + VERSION + "/job", this::job);
            open(router, form + VERSION + "/progress", this::progress);
            open(router, form + "/usage", this::usage);
            open(router.post(form + VERSION + "/stop"), Scope.MODELS_TRAIN, this::stop);
        }
    }

    private void open(Router router, String path, Answering answering) {
        open(router.get(path), Scope.MODELS_GET, answering);
    }

    /** Answers whoever may do this, in the contract's envelope. */
    void open(Route route, Scope scope, Answering answering) {
        route.order(BEFORE_THE_CONTRACT).handler(context -> answerOnThread(context, scope, answering));
    }

    void answerOnThread(RoutingContext context, Scope scope, Answering answering) {
        Thread.ofVirtual().name("rest-own").start(() -> answer(context, scope, answering));
    }

    private void answer(RoutingContext context, Scope scope, Answering answering) {
        answer(context, scope, caller -> {
            ObjectNode answer = envelope(StatusCode.SUCCESS, "");
            answer.setAll(answering.answer(context, caller));
            HttpAnswers.linkToNext(context, caller.paging(), context.normalizedPath());
            send(context, StatusCode.SUCCESS, answer);
        });
    }

    void fileOnThread(RoutingContext context, Scope scope, Filing filing) {
        Thread.ofVirtual()
                .name("rest-own")
                .start(() -> answer(context, scope, caller -> {
                    TextFile file = filing.file(context, caller);
                    HttpAnswers.linkToNext(context, caller.paging(), context.normalizedPath());
                    HttpAnswers.send(context, file.mediaType(), file.name(), file.content());
                }));
    }

    @ActivateRequestContext
    void answer(RoutingContext context, Scope scope, Consumer<Caller> answering) {
        try {
            Headers headers = RestDoor.headers(context);
            Caller caller = authenticator.authenticate(headers).with(headers);
            caller.require(scope, context.normalizedPath());
            answering.accept(caller);
        } catch (Refusal refusal) {
            refuse(context, refusal);
        } catch (RuntimeException bug) {
            LOG.errorf(bug, "%s failed", context.normalizedPath());
            send(context, StatusCode.INTERNAL_ERROR, envelope(StatusCode.INTERNAL_ERROR, ""));
        }
    }

    void refuse(RoutingContext context, Refusal refusal) {
        HttpAnswers.reasons(context).are(refusal);
        send(context, refusal.status(), envelope(refusal));
    }

    ObjectNode envelope(Refusal refusal) {
        return envelope(refusal.status(), refusal.details());
    }

    private ObjectNode envelope(StatusCode code, String details) {
        ObjectNode status = mapper.createObjectNode().put("code", code.code()).put("description", code.description());
        if (!details.isEmpty()) {
            status.put("details", details);
        }
        status.put("req_id", UUID.randomUUID().toString());
        ObjectNode whole = mapper.createObjectNode();
        whole.set("status", status);
        return whole;
    }

    private static void send(RoutingContext context, StatusCode code, ObjectNode answer) {
        HttpAnswers.send(context, code.httpStatus(), answer);
    }

    /** Also of a version that was deleted: its bill remains. */
    private ObjectNode charge(RoutingContext context, Caller caller) {
        return database.inTransaction(connection -> {
            StoredVersion version = version(connection, context, caller);
            JobId jobId = trainedBy(version);
            ObjectNode charge = mapper.createObjectNode();
            charge.put("job_id", jobId.value());
            charge.put("model_id", version.modelId().value());
            charge.put("model_version_id", version.id().value());
            Optional<StoredCharge> stored = Charges.find(connection, jobId);
            if (stored.isPresent()) {
                put(charge, stored.get());
            } else {
                charge.put("billed_seconds", 0).put("amount_cents", 0).put("final", false);
                charge.putArray("attempts");
            }
            return mapper.createObjectNode().set("charge", charge);
        });
    }

    private ObjectNode job(RoutingContext context, Caller caller) {
        return database.inTransaction(connection -> {
            StoredVersion version = version(connection, context, caller);
            ObjectNode job = mapper.createObjectNode();
            job.put("id", trainedBy(version).value());
            job.put("model_id", version.modelId().value());
            job.put("model_version_id", version.id().value());
            job.put("sequence", version.version().sequence());
            job.put("topic", Topic.JOBS.topicName());
            return mapper.createObjectNode().set("job", job);
        });
    }

    /**
     * With {@code ?wait=SECONDS} answers as soon as something is other than it was at the start, but no later than
     * that.
     */
    private ObjectNode progress(RoutingContext context, Caller caller) {
        StoredVersion first = database.inTransaction(connection -> living(connection, context, caller));
        if (first.completedAt().isEmpty() && wait(context).isPositive()) {
            awaitChange(first, wait(context));
        }
        StoredVersion now = database.inTransaction(connection -> living(connection, context, caller));
        return mapper.createObjectNode().set("progress", ProgressJson.of(now));
    }

    /** The watch also tells of nothing now and then, so each time the revision is compared. */
    private void awaitChange(StoredVersion first, Duration atMost) {
        Semaphore changes = new Semaphore(0);
        VersionWatch.Watcher watcher = changes::release;
        watch.watch(first.id(), watcher);
        long deadlineNanos = System.nanoTime() + atMost.toNanos();
        try {
            boolean changed = false;
            while (!changed && changes.tryAcquire(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                changed = revision(first.id()) != first.revision();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            watch.unwatch(first.id(), watcher);
        }
    }

    private long revision(ModelVersionId id) {
        return database.inTransaction(connection -> Versions.revisions(connection, List.of(id)))
                .getOrDefault(id, Long.MAX_VALUE);
    }

    /** What was trained is published and the version is trained; the time used is charged. */
    private ObjectNode stop(RoutingContext context, Caller caller) {
        StoredVersion stopping =
                database.inTransaction(connection -> Versions.stop(connection, living(connection, context, caller)));
        ObjectNode version = mapper.createObjectNode().put("id", stopping.id().value());
        version.set("status", ProgressJson.status(stopping));
        return mapper.createObjectNode().set("model_version", version);
    }

    private ObjectNode usage(RoutingContext context, Caller caller) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, named(context));
            Total total = Charges.total(connection, tenant);
            ObjectNode usage = mapper.createObjectNode();
            usage.put("job_count", total.jobs());
            usage.put("billed_seconds", total.billedSeconds());
            usage.put("amount_cents", total.amountCents());
            ArrayNode jobs = usage.putArray("jobs");
            Page page = Page.of(caller, number(context, "page"), number(context, "per_page"));
            for (UsageLine line : Charges.list(connection, tenant, page).shownTo(caller)) {
                ObjectNode job = jobs.addObject();
                job.put("job_id", line.charge().jobId().value());
                job.put("model_id", line.modelId());
                job.put("model_version_id", line.versionId());
                job.put("deleted", line.deleted());
                put(job, line.charge());
            }
            return mapper.createObjectNode().set("usage", usage);
        });
    }

    private static void put(ObjectNode node, StoredCharge charge) {
        Statement statement = charge.statement();
        node.put("billed_seconds", statement.billedSeconds());
        node.put("amount_cents", statement.amountCents());
        node.put("final", charge.isFinal());
        node.put("currency", statement.rate().currency());
        node.put("cents_per_gpu_hour", statement.rate().centsPerGpuHour());
        node.put("gpus", statement.gpus());
        node.put("revision", charge.revision());
        node.put("occurred_at", charge.occurredAt().toString());
        ArrayNode attempts = node.putArray("attempts");
        for (Line line : statement.lines()) {
            attempts.addObject()
                    .put("attempt", line.attempt().value())
                    .put("reading_millis", line.readingMillis())
                    .put("billable_millis", line.billableMillis())
                    .put("free_millis", line.freeMillis())
                    .put("free_reason", line.freeReason().name());
        }
    }

    private static StoredVersion version(Connection connection, RoutingContext context, Caller caller)
            throws SQLException {
        Tenant tenant = Tenants.app(caller, named(context));
        String model = parameter(context, "model");
        String version = parameter(context, "version");
        return Versions.findEvenDeleted(connection, tenant, model, version)
                .orElseThrow(() -> ModelMessages.noVersion(model, version));
    }

    static StoredVersion living(Connection connection, RoutingContext context, Caller caller) throws SQLException {
        Tenant tenant = Tenants.app(caller, named(context));
        String model = parameter(context, "model");
        String version = parameter(context, "version");
        return Versions.find(connection, tenant, model, version)
                .orElseThrow(() -> ModelMessages.noVersion(model, version));
    }

    private static JobId trainedBy(StoredVersion version) {
        return version.jobId()
                .orElseThrow(() -> new Refusal(
                        StatusCode.DOES_NOT_EXIST,
                        "Version '%s' was never asked to be trained".formatted(version.id())));
    }

    static UserAppIDSet named(RoutingContext context) {
        return UserAppIDSet.newBuilder()
                .setUserId(parameter(context, "user"))
                .setAppId(parameter(context, "app"))
                .build();
    }

    static String parameter(RoutingContext context, String name) {
        return Objects.requireNonNullElse(context.pathParam(name), "");
    }

    private static Duration wait(RoutingContext context) {
        return Duration.ofSeconds(Math.clamp(number(context, "wait"), 0, WAIT_MAX.toSeconds()));
    }

    static int number(RoutingContext context, String name) {
        return Optional.ofNullable(context.request().getParam(name))
                .map(text -> {
                    try {
                        return Integer.parseInt(text.endsWith("s") ? text.substring(0, text.length() - 1) : text);
                    } catch (NumberFormatException e) {
                        throw new Refusal(
                                StatusCode.BAD_REQUEST_FORMAT,
                                "%s is '%s' but must be a whole number".formatted(name, text));
                    }
                })
                .orElse(0);
    }
}
