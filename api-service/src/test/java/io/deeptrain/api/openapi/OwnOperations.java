package io.deeptrain.api.openapi;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The routes that the contract has no call for. They lie in the same tree and are marked {@code x-deeptrain}. */
final class OwnOperations {
    private static final String LONG_FORM = "/v2/users/{user_id}/apps/{app_id}";
    private static final String VERSION = "/models/{model_id}/versions/{version_id}";
    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]+)}");

    /**
     * A route of our own.
     *
     * @param query names of query parameters with what they do
     */
    private record Own(
            String verb, String path, String id, String summary, Map<String, String> query, String mediaType) {}

    private static final List<Own> OPERATIONS = List.of(
            new Own(
                    "get",
                    VERSION + "/charge",
                    "GetCharge",
                    "What the training of a version costs, with the meter readings it came from. Also of deleted versions.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "get",
                    VERSION + "/job",
                    "GetJob",
                    "The job that trains a version, and the topic that tells its history.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "get",
                    VERSION + "/queue",
                    "GetQueuePlace",
                    "Why a training waits, how many stand before it, and what would let it start.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "get",
                    VERSION + "/findings",
                    "GetFindings",
                    "Which images of the test set a classifier confuses, whether its probabilities can be trusted, and which "
                            + "labels are probably wrong; which boxes of a detector are wrong, missed or badly placed.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "get",
                    "/evaluations/{evaluation_id}/findings",
                    "GetEvaluationFindings",
                    "The same of an evaluation on a dataset.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "get",
                    VERSION + "/progress",
                    "GetProgress",
                    "How far a training has come.",
                    Map.of("wait", "Seconds, at most 30: answers as soon as something changes."),
                    "application/json"),
            new Own(
                    "get",
                    VERSION + "/events",
                    "StreamProgress",
                    "How far a training has come, as server-sent events, until it ends. Goes on after Last-Event-ID.",
                    Map.of(),
                    "text/event-stream"),
            new Own(
                    "post",
                    VERSION + "/stop",
                    "StopModelVersion",
                    "Ends a training and keeps what it has learned: the version becomes trained, the time used is charged.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "post",
                    "/models/{model_id}/estimate",
                    "EstimateTraining",
                    "What a training would take, within which bounds, what it would cost, when it would start, and how that is "
                            + "known. Asked as PostModelVersionsTrainingTimeEstimate is.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "post",
                    "/webhooks",
                    "PostWebhook",
                    "Tells a server what becomes of the app's trainings, signed as Standard Webhooks has it. The answer is the "
                            + "only one that holds the secret.",
                    Map.of(),
                    "application/json"),
            new Own("get", "/webhooks", "ListWebhooks", "The servers that are told.", Map.of(), "application/json"),
            new Own(
                    "delete",
                    "/webhooks/{webhook_id}",
                    "DeleteWebhook",
                    "Tells a server nothing any more.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "get",
                    "/webhooks/{webhook_id}/deliveries",
                    "ListWebhookDeliveries",
                    "What a server was told and what it answered, newest first.",
                    Map.of("page", "Counted from 1.", "per_page", "At most 1000."),
                    "application/json"),
            new Own(
                    "post",
                    "/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
                    "ReplayWebhookDelivery",
                    "Tells a server something again.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "get",
                    VERSION + "/log",
                    "GetLog",
                    "What a training said, line by line, oldest first. Also of deleted versions.",
                    Map.of(),
                    "text/plain"),
            new Own(
                    "get",
                    VERSION + "/export/file",
                    "GetExportFile",
                    "A trained model as a file, or what was published with it.",
                    Map.of(
                            "format",
                            "safetensors (the default), onnx, card (a page on data, hyperparameters, metrics and limits), run "
                                    + "(the training as it was asked for and went), report (the evaluation), unreadable (the "
                                    + "inputs that were left out), answers (of a classifier: what was said of each image that was "
                                    + "evaluated), or bundle (all as a zip)."),
                    "application/octet-stream"),
            new Own(
                    "get",
                    "/budget",
                    "GetAppBudget",
                    "What an app may spend in a month, and what of it is spent, set aside and left.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "put",
                    "/budget",
                    "PutAppBudget",
                    "Sets what an app may spend in a month: amount_cents, alerts (percentages) and hard.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "delete",
                    "/budget",
                    "DeleteAppBudget",
                    "Takes the budget of an app away.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "get",
                    "/usage",
                    "GetUsage",
                    "What an app has used and what it costs, newest job first.",
                    Map.of("page", "Counted from 1.", "per_page", "At most 1000."),
                    "application/json"));

    /** Of all apps of a user. There is no short form: an app's key opens that app only. */
    private static final List<Own> OF_USERS = List.of(
            new Own(
                    "get",
                    "/budget",
                    "GetUserBudget",
                    "What a user may spend in a month, and what of it is spent, set aside and left.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "put",
                    "/budget",
                    "PutUserBudget",
                    "Sets what a user may spend in a month: amount_cents, alerts (percentages) and hard.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "delete",
                    "/budget",
                    "DeleteUserBudget",
                    "Takes the budget of a user away.",
                    Map.of(),
                    "application/json"),
            new Own(
                    "get",
                    "/invoices",
                    "ListInvoices",
                    "What a user owes for each month, newest first.",
                    Map.of("page", "Counted from 1.", "per_page", "At most 1000."),
                    "application/json"),
            new Own(
                    "get",
                    "/invoices/{month}",
                    "GetInvoice",
                    "What a user owes for a month, as in 2026-11, job by job; for Accept: text/csv all lines as a file.",
                    Map.of("page", "Counted from 1.", "per_page", "At most 1000."),
                    "application/json"));

    /** Of all tenants together. */
    private static final Own CALIBRATION = new Own(
            "get",
            "/v2/calibration",
            "GetCalibration",
            "How good the estimates of each template have been.",
            Map.of(),
            "application/json");

    /** Documented in the long form only. Takes what the call of the contract takes. */
    private static final Own BASE_WORKFLOWS = new Own(
            "patch",
            "/base-workflows",
            "PatchBaseWorkflows",
            "Makes a workflow, or merges it with the one that is there, and makes it the app's default.",
            Map.of(),
            "application/json");

    private OwnOperations() {}

    static void addTo(Map<String, Map<String, ObjectNode>> byPath, ObjectMapper mapper) {
        for (Own own : OPERATIONS) {
            add(byPath, mapper, own, LONG_FORM + own.path(), own.id());
            add(byPath, mapper, own, "/v2" + own.path(), own.id() + "2");
        }
        for (Own own : OF_USERS) {
            add(byPath, mapper, own, "/v2/users/{user_id}" + own.path(), own.id());
        }
        add(byPath, mapper, CALIBRATION, CALIBRATION.path(), CALIBRATION.id());
        add(byPath, mapper, BASE_WORKFLOWS, LONG_FORM + BASE_WORKFLOWS.path(), BASE_WORKFLOWS.id());
    }

    private static void add(
            Map<String, Map<String, ObjectNode>> byPath, ObjectMapper mapper, Own own, String path, String id) {
        ObjectNode operation = mapper.createObjectNode();
        operation.put("operationId", id);
        operation.put("summary", own.summary());
        operation.put("x-deeptrain", true);
        operation.putArray("tags").add("ours");
        ArrayNode parameters = operation.putArray("parameters");
        Matcher variables = VARIABLE.matcher(path);
        while (variables.find()) {
            parameters
                    .addObject()
                    .put("name", variables.group(1))
                    .put("in", "path")
                    .put("required", true)
                    .putObject("schema")
                    .put("type", "string");
        }
        new TreeMap<>(own.query())
                .forEach((name, description) -> parameters
                        .addObject()
                        .put("name", name)
                        .put("in", "query")
                        .put("description", description)
                        .putObject("schema")
                        .put("type", name.equals("format") ? "string" : "integer"));
        ObjectNode answer = operation.putObject("responses").putObject("default");
        answer.put("description", "The answer, in the same envelope as all others.");
        answer.putObject("content").putObject(own.mediaType()).putObject("schema");
        byPath.computeIfAbsent(path, _ -> new TreeMap<>()).put(own.verb(), operation);
    }
}
