package io.deeptrain.api.adapter.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.access.Scope;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.http.WaitingJobs;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.FinishedTrainings;
import io.deeptrain.api.adapter.rest.ContractJson.BadRequestException;
import io.deeptrain.api.adapter.rpc.EstimateCalls;
import io.deeptrain.api.adapter.rpc.EstimateCalls.Quote;
import io.deeptrain.api.estimate.Calibration;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.PostModelVersionsTrainingTimeEstimateRequest;
import io.deeptrain.template.ModelType;
import io.deeptrain.template.Template;
import io.deeptrain.template.TemplateCatalogue;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Estimates with their bounds, cost, basis and expected start, and how good they have been. */
@ApplicationScoped
public class EstimateRoutes {
    private static final int BODY_BYTES_MAX = 1 << 20;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final OwnRoutes ownRoutes;
    private final EstimateCalls estimates;
    private final WaitingJobs waitingJobs;
    private final Database database;
    private final ContractJson json = new ContractJson(BODY_BYTES_MAX);

    EstimateRoutes(OwnRoutes ownRoutes, EstimateCalls estimates, WaitingJobs waitingJobs, Database database) {
        this.ownRoutes = ownRoutes;
        this.estimates = estimates;
        this.waitingJobs = waitingJobs;
        this.database = database;
    }

    void open(@Observes Router router) {
        for (String form : new String[] {OwnRoutes.LONG_FORM, OwnRoutes.SHORT_FORM}) {
            router.post(form + "/models/:model/estimate")
                    .order(OwnRoutes.BEFORE_THE_CONTRACT)
                    .handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX))
                    .handler(context -> ownRoutes.answerOnThread(context, Scope.MODELS_GET, this::estimate));
        }
        ownRoutes.open(router.get("/v2/calibration"), Scope.MODELS_GET, this::calibration);
    }

    /** The body is that of the contract's estimate. */
    private ObjectNode estimate(RoutingContext context, Caller caller) {
        PostModelVersionsTrainingTimeEstimateRequest request;
        try {
            byte[] body = Optional.ofNullable(context.body().buffer())
                    .map(Buffer::getBytes)
                    .orElse(new byte[0]);
            Map<String, String> path = Map.of(
                    "user_app_id.user_id", OwnRoutes.parameter(context, "user"),
                    "user_app_id.app_id", OwnRoutes.parameter(context, "app"),
                    "model_id", OwnRoutes.parameter(context, "model"));
            request = (PostModelVersionsTrainingTimeEstimateRequest)
                    json.read(PostModelVersionsTrainingTimeEstimateRequest.getDefaultInstance(), body, Map.of(), path);
        } catch (BadRequestException e) {
            throw new Refusal(StatusCode.BAD_REQUEST_FORMAT, String.valueOf(e.getMessage()));
        }
        ObjectNode answer = MAPPER.createObjectNode();
        ArrayNode list = answer.putArray("estimates");
        estimates.estimates(caller, request).forEach(quote -> list.add(json(quote)));
        return answer;
    }

    private ObjectNode json(Quote quote) {
        ObjectNode estimate = MAPPER.createObjectNode();
        estimate.put("template", quote.templateId());
        estimate.put("inputs", quote.inputs());
        estimate.put("images", quote.images());
        ArrayNode warnings = estimate.putArray("warnings");
        quote.warnings().forEach(warnings::add);
        estimate.put("seconds", quote.estimate().expected().time().toSeconds());
        estimate.put("display", quote.estimate().expected().display());
        estimate.putObject("interval")
                .put("coverage", 0.8)
                .put("low_seconds", quote.estimate().low().toSeconds())
                .put("high_seconds", quote.estimate().high().toSeconds());
        estimate.putObject("cost")
                .put("cents", quote.costCents())
                .put("low_cents", quote.costCentsLow())
                .put("high_cents", quote.costCentsHigh())
                .put("currency", quote.rate().currency())
                .put("cents_per_gpu_hour", quote.rate().centsPerGpuHour());
        put(estimate.putObject("basis"), quote.estimate().basis())
                .put("explanation", quote.estimate().explanation());
        putStart(estimate, quote);
        return estimate;
    }

    /** When it would start if it was asked for now, as far as a scheduler knows. */
    private void putStart(ObjectNode estimate, Quote quote) {
        Optional<ObjectNode> prospect = waitingJobs.whatIf(
                quote.tenant(), quote.wanted(), quote.estimate().expected().time());
        ObjectNode queue = estimate.putObject("queue");
        queue.put(
                "state",
                prospect.map(known -> known.path("starts_now").asBoolean() ? "free" : "waiting")
                        .orElse("unknown"));
        prospect.ifPresent(known -> {
            QueueRoutes.show(known, queue);
            if (known.has("start")) {
                estimate.set("expected_start", known.get("start"));
            }
        });
    }

    private ObjectNode calibration(RoutingContext context, Caller caller) {
        return database.inTransaction(connection -> {
            ObjectNode answer = MAPPER.createObjectNode();
            ArrayNode templates = answer.putArray("calibration");
            for (ModelType type : TemplateCatalogue.modelTypes()) {
                for (Template template : type.templates()) {
                    Calibration calibration = FinishedTrainings.calibration(connection, template.id());
                    if (calibration.runs() > 0) {
                        put(templates.addObject().put("template", template.id()), calibration);
                    }
                }
            }
            return answer;
        });
    }

    private static ObjectNode put(ObjectNode node, Calibration calibration) {
        node.put("runs", calibration.runs());
        node.put("scale", calibration.scale());
        put(node, "median_error", calibration.medianError());
        put(node, "inside_interval", calibration.coverage());
        return node;
    }

    private static void put(ObjectNode node, String name, OptionalDouble value) {
        if (value.isPresent()) {
            node.put(name, value.getAsDouble());
        }
    }
}
