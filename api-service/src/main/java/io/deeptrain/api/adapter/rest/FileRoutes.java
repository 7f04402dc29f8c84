package io.deeptrain.api.adapter.rest;

import static io.deeptrain.api.adapter.rest.OwnRoutes.BEFORE_THE_CONTRACT;
import static io.deeptrain.api.adapter.rest.OwnRoutes.LONG_FORM;
import static io.deeptrain.api.adapter.rest.OwnRoutes.SHORT_FORM;
import static io.deeptrain.api.adapter.rest.OwnRoutes.VERSION;
import static io.deeptrain.api.adapter.rest.OwnRoutes.parameter;

import io.deeptrain.api.access.Scope;
import io.deeptrain.api.adapter.door.Addresses;
import io.deeptrain.api.adapter.door.Authenticator;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.SignedLink;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.LogLines;
import io.deeptrain.api.adapter.postgres.LogLines.LogLine;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.adapter.rpc.ModelMessages;
import io.deeptrain.api.adapter.rpc.Tenants;
import io.deeptrain.api.export.ExportFile;
import io.deeptrain.api.log.TrainingLog;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.event.Tenant;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * What a version leaves that is no message but a file: its training's log as text, and what it published. It takes a
 * key, or the signature of the link that an answer gave, in whichever format the file is asked for.
 */
@ApplicationScoped
public class FileRoutes {
    private static final Logger LOG = Logger.getLogger(FileRoutes.class);
    private final Database database;
    private final Authenticator authenticator;
    private final Addresses addresses;
    private final ExportFiles exports;
    private final OwnRoutes envelopes;

    FileRoutes(
            Database database,
            Authenticator authenticator,
            Addresses addresses,
            ExportFiles exports,
            OwnRoutes envelopes) {
        this.database = database;
        this.authenticator = authenticator;
        this.addresses = addresses;
        this.exports = exports;
        this.envelopes = envelopes;
    }

    /** Sends one of these files of a tenant. */
    @FunctionalInterface
    interface Sending {
        void send(RoutingContext context, Tenant tenant) throws IOException;
    }

    void open(@Observes Router router) {
        for (String form : new String[] {LONG_FORM, SHORT_FORM}) {
            open(router, form, ModelMessages.LOG, this::log);
            open(router, form, ModelMessages.EXPORT, this::model);
        }
    }

    private void open(Router router, String form, String file, Sending sending) {
        router.get(form + VERSION + file)
                .order(BEFORE_THE_CONTRACT)
                .handler(context -> Thread.ofVirtual().name("rest-file").start(() -> answer(context, file, sending)));
    }

    @ActivateRequestContext
    void answer(RoutingContext context, String file, Sending sending) {
        try {
            Optional<SignedLink> link = link(context, file);
            if (link.isPresent()) {
                addresses.requireOpen(link.get());
                sending.send(context, new Tenant(parameter(context, "user"), parameter(context, "app")));
            } else {
                sending.send(context, tenantOfKey(context));
            }
        } catch (Refusal refusal) {
            envelopes.refuse(context, refusal);
        } catch (IOException | RuntimeException failure) {
            LOG.errorf(failure, "%s failed", context.request().path());
            if (context.response().headWritten()) {
                // The reader must not take a part for the whole.
                context.request().connection().close();
            } else {
                envelopes.refuse(context, new Refusal(StatusCode.INTERNAL_ERROR, "The file could not be sent"));
            }
        }
    }

    private Tenant tenantOfKey(RoutingContext context) {
        Caller caller = authenticator.authenticate(RestDoor.headers(context));
        if (!caller.may(Scope.MODELS_GET)) {
            throw new Refusal(StatusCode.KEY_INSUFFICIENT_SCOPES, "This needs a key with the scope that reads models");
        }
        HttpAnswers.sayWhatIsLeft(context);
        return Tenants.app(caller, OwnRoutes.named(context));
    }

    /** Nothing if the request is not signed. */
    private static Optional<SignedLink> link(RoutingContext context, String file) {
        String ends = context.request().getParam("ends");
        String signature = context.request().getParam("signature");
        if (ends == null || signature == null) {
            return Optional.empty();
        }
        Tenant tenant = new Tenant(parameter(context, "user"), parameter(context, "app"));
        String path = ModelMessages.path(tenant, parameter(context, "model"), parameter(context, "version")) + file;
        return Optional.of(new SignedLink(path, instant(ends), signature));
    }

    /** What is no time has ended. */
    private static Instant instant(String epochSecond) {
        try {
            return Instant.ofEpochSecond(Long.parseLong(epochSecond));
        } catch (NumberFormatException | DateTimeException e) {
            return Instant.MIN;
        }
    }

    /** Also of a version that was deleted: that is how a cancelled training reads. */
    private void log(RoutingContext context, Tenant tenant) {
        List<LogLine> lines = database.inTransaction(connection -> {
            StoredVersion version = version(connection, context, tenant, true);
            return version.jobId().isPresent()
                    ? LogLines.list(connection, version.jobId().get(), new Page(0, TrainingLog.LINES_MAX))
                            .items()
                    : List.of();
        });
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line.text()).append('\n'));
        context.response()
                .putHeader("content-type", "text/plain; charset=utf-8")
                .end(Buffer.buffer(text.toString()));
    }

    private void model(RoutingContext context, Tenant tenant) throws IOException {
        StoredVersion version = database.inTransaction(connection -> version(connection, context, tenant, false));
        exports.send(
                context.response(),
                ModelMessages.trained(version).model(),
                Objects.requireNonNullElse(context.request().getParam("format"), ExportFile.SAFETENSORS.format()),
                name(version));
    }

    /** Ids may hold what a file name may not. */
    private static String name(StoredVersion version) {
        return (version.modelId().value() + "-" + version.id().value()).replaceAll("[^A-Za-z0-9._-]", "_");
    }

    private static StoredVersion version(
            Connection connection, RoutingContext context, Tenant tenant, boolean evenDeleted) throws SQLException {
        String model = parameter(context, "model");
        String version = parameter(context, "version");
        return (evenDeleted
                        ? Versions.findEvenDeleted(connection, tenant, model, version)
                        : Versions.find(connection, tenant, model, version))
                .orElseThrow(() -> ModelMessages.noVersion(model, version));
    }
}
