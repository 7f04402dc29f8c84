package io.deeptrain.api.adapter.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.access.Scope;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.http.WaitingJobs;
import io.deeptrain.api.adapter.http.WaitingJobs.Answer;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.version.VersionState.Waiting;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;

/** Why a training waits, how many stand before it, and what would let it start. */
@ApplicationScoped
public class QueueRoutes {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What a tenant sees of the scheduler's answer, which speaks of no other tenant. */
    private static final List<String> SHOWN =
            List.of("position", "waiting", "position_in_app", "gpu_hours_ahead", "expected_start", "reason", "change");

    private final OwnRoutes ownRoutes;
    private final Database database;
    private final WaitingJobs waitingJobs;

    QueueRoutes(OwnRoutes ownRoutes, Database database, WaitingJobs waitingJobs) {
        this.ownRoutes = ownRoutes;
        this.database = database;
        this.waitingJobs = waitingJobs;
    }

    void open(@Observes Router router) {
        for (String form : new String[] {OwnRoutes.LONG_FORM, OwnRoutes.SHORT_FORM}) {
            ownRoutes.open(router.get(form + OwnRoutes.VERSION + "/queue"), Scope.MODELS_GET, this::queue);
        }
    }

    static void show(ObjectNode explanation, ObjectNode queue) {
        SHOWN.stream().filter(explanation::has).forEach(name -> queue.set(name, explanation.get(name)));
    }

    /** The scheduler is asked outside the transaction: it may take its time. */
    private ObjectNode queue(RoutingContext context, Caller caller) {
        StoredVersion version = database.inTransaction(connection -> OwnRoutes.living(connection, context, caller));
        ObjectNode queue = MAPPER.createObjectNode();
        if (version.version().state() instanceof Waiting waiting) {
            switch (waitingJobs.explain(waiting.jobId())) {
                case Answer.Waits(var explanation) -> {
                    queue.put("state", "waiting");
                    show(explanation, queue);
                }
                case Answer.WaitsNot _, Answer.Unknown _ -> queue.put("state", "unknown");
            }
        } else {
            queue.put("state", "not-waiting");
        }
        queue.set("status", ProgressJson.status(version));
        return MAPPER.createObjectNode().set("queue", queue);
    }
}
