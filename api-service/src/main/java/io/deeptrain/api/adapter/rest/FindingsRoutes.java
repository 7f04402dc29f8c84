package io.deeptrain.api.adapter.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.access.Scope;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.objects.EvaluationReports;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Evaluations;
import io.deeptrain.api.adapter.postgres.Evaluations.Progress;
import io.deeptrain.api.adapter.postgres.Evaluations.StoredEvaluation;
import io.deeptrain.api.adapter.postgres.Models;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.adapter.rpc.Exclusivity;
import io.deeptrain.api.adapter.rpc.ModelMessages;
import io.deeptrain.api.adapter.rpc.Tenants;
import io.deeptrain.api.evaluation.Calibration.Bin;
import io.deeptrain.api.evaluation.Findings;
import io.deeptrain.api.evaluation.Findings.Cell;
import io.deeptrain.api.evaluation.LabelDoubt;
import io.deeptrain.api.evaluation.Report;
import io.deeptrain.api.evaluation.Report.Subject;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which images a classifier confuses, whether its probabilities can be trusted, and which labels are in doubt; of a
 * detector what it shows that is not there, misses, or finds at the wrong place.
 */
@ApplicationScoped
public class FindingsRoutes {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final OwnRoutes ownRoutes;
    private final Database database;
    private final EvaluationReports reports;

    FindingsRoutes(OwnRoutes ownRoutes, Database database, EvaluationReports reports) {
        this.ownRoutes = ownRoutes;
        this.database = database;
        this.reports = reports;
    }

    void open(@Observes Router router) {
        for (String form : new String[] {OwnRoutes.LONG_FORM, OwnRoutes.SHORT_FORM}) {
            ownRoutes.open(router.get(form + OwnRoutes.VERSION + "/findings"), Scope.METRICS_GET, this::ofVersion);
            ownRoutes.open(
                    router.get(form + "/evaluations/:evaluation/findings"), Scope.METRICS_GET, this::ofEvaluation);
        }
    }

    /** On the images that the training kept back. */
    private ObjectNode ofVersion(RoutingContext context, Caller caller) {
        StoredVersion version = database.inTransaction(connection -> OwnRoutes.living(connection, context, caller));
        StoredObject model = ModelMessages.trained(version).model();
        ObjectNode answer = answer(version, reports.of(model));
        answer.withObject("/findings").set("samples", reports.samples(model));
        return answer;
    }

    /** A version, and how it was evaluated. */
    private record Evaluated(StoredEvaluation evaluation, StoredVersion version) {}

    private ObjectNode ofEvaluation(RoutingContext context, Caller caller) {
        Evaluated evaluated = database.inTransaction(connection -> evaluated(connection, context, caller));
        StoredEvaluation evaluation = evaluated.evaluation;
        StoredVersion version = evaluated.version;
        return switch (evaluation.progress()) {
            case Progress.Made made when !made.reportKey().isEmpty() -> answer(version, reports.at(made.reportKey()));
            case Progress.Made _ ->
                answer(version, reports.of(ModelMessages.trained(version).model()));
            case Progress.Queued _ ->
                throw new Refusal(
                        StatusCode.MODEL_INVALID_REQUEST,
                        "Evaluation '%s' is not made yet; ask again later".formatted(evaluation.id()));
            case Progress.Failed(String reason) -> throw new Refusal(StatusCode.MODEL_EVALUATION_FAILED, reason);
        };
    }

    private static Evaluated evaluated(Connection connection, RoutingContext context, Caller caller)
            throws SQLException {
        Tenant tenant = Tenants.app(caller, OwnRoutes.named(context));
        String id = OwnRoutes.parameter(context, "evaluation");
        StoredEvaluation evaluation = Evaluations.find(connection, tenant, id)
                .orElseThrow(
                        () -> new Refusal(StatusCode.DOES_NOT_EXIST, "Evaluation '%s' does not exist".formatted(id)));
        String model = evaluation.modelId().value();
        String version = evaluation.versionId().value();
        return new Evaluated(
                evaluation,
                Versions.find(connection, tenant, model, version)
                        .orElseThrow(() -> ModelMessages.noVersion(model, version)));
    }

    private ObjectNode answer(StoredVersion version, Optional<Report> found) {
        Report report = found.orElseThrow(
                () -> new Refusal(StatusCode.MODEL_EVALUATION_FAILED, "There is no report that can be read"));
        String type = database.inTransaction(connection -> Models.find(
                        connection, version.tenant(), version.modelId().value()))
                .map(Models.StoredModel::modelTypeId)
                .orElse("");
        ObjectNode findings = switch (report.subject()) {
            case Subject.Objects objects when !objects.seen().isEmpty() -> DetectionFindingsJson.of(report, objects);
            case Subject.Images _
            when !report.scores().isEmpty() ->
                json(report, Findings.of(report, Exclusivity.of(type, ModelMessages.document(version))));
            case Subject.Objects _, Subject.Images _ ->
                throw new Refusal(
                        StatusCode.MODEL_INVALID_REQUEST,
                        "The report of model '%s', a %s, tells of no single images, as those of classifiers and detectors do"
                                .formatted(version.modelId(), type));
        };
        return MAPPER.createObjectNode().set("findings", findings);
    }

    private static ObjectNode json(Report report, Findings findings) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("split", report.split().name().toLowerCase(Locale.ROOT));
        json.put("images", findings.images());
        ObjectNode calibration = json.putObject("calibration");
        calibration.put("expected_error", findings.calibration().expectedError());
        ArrayNode bins = calibration.putArray("bins");
        for (Bin bin : findings.calibration().bins()) {
            bins.addObject()
                    .put("from", bin.from())
                    .put("to", bin.to())
                    .put("said", bin.said())
                    .put("mean_value", bin.meanValue())
                    .put("share_right", bin.shareRight());
        }
        List<String> concepts = findings.concepts();
        ArrayNode doubts = json.putArray("likely_label_errors");
        for (LabelDoubt doubt : findings.doubts()) {
            ObjectNode node = doubts.addObject().put("input_id", doubt.inputId());
            doubt.labelled().ifPresent(position -> node.put("labelled", concepts.get(position)));
            doubt.suggested().ifPresent(position -> node.put("suggested", concepts.get(position)));
            node.put("margin", doubt.margin());
        }
        ArrayNode confusion = json.putArray("confusion");
        for (Cell cell : findings.confusion()) {
            ObjectNode node = confusion
                    .addObject()
                    .put("actual", concepts.get(cell.shown()))
                    .put("predicted", concepts.get(cell.said()))
                    .put("images", cell.images());
            cell.inputIds().forEach(node.putArray("input_ids")::add);
        }
        return json;
    }
}
