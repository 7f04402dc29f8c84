package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.http.Predictions.Sight.Content;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Models;
import io.deeptrain.api.adapter.postgres.Models.StoredModel;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.adapter.postgres.Workflows;
import io.deeptrain.api.adapter.postgres.Workflows.StoredWorkflow;
import io.deeptrain.api.adapter.rpc.ImagePredictions.Look;
import io.deeptrain.api.adapter.rpc.ImagePredictions.Outcome;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.version.VersionState.Trained;
import io.deeptrain.api.workflow.Graph;
import io.deeptrain.api.workflow.Node;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.Output;
import io.deeptrain.contract.OutputConfig;
import io.deeptrain.contract.PostWorkflowResultsRequest;
import io.deeptrain.contract.PostWorkflowResultsResponse;
import io.deeptrain.contract.Workflow;
import io.deeptrain.contract.WorkflowNode;
import io.deeptrain.contract.WorkflowResult;
import io.deeptrain.contract.status.Status;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The call that runs a workflow. Its nodes run one after the other, each on all inputs of the call; what one of them
 * cannot do stands in the status of its outputs, and the others run all the same.
 */
@ApplicationScoped
class WorkflowResultCalls {
    private final Database database;
    private final ImagePredictions predictions;

    WorkflowResultCalls(Database database, ImagePredictions predictions) {
        this.database = database;
        this.predictions = predictions;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostWorkflowResults", PostWorkflowResultsRequest.class, this::post);
    }

    /** Whether a node can run. */
    private sealed interface Readiness {
        record Ready(Model model, Trained trained) implements Readiness {}

        record Missing(StatusCode code, String reason) implements Readiness {}
    }

    private PostWorkflowResultsResponse post(Caller caller, PostWorkflowResultsRequest request) {
        OutputSettings.require(StatusCode.PREDICT_INVALID_REQUEST, "output_config", request.getOutputConfig());
        Tenant tenant = database.inTransaction(_ -> Tenants.app(caller, request.getUserAppId()));
        StoredWorkflow stored = database.inTransaction(connection -> found(connection, tenant, request));
        Workflow workflow = WorkflowMessages.message(stored);
        if (!(Graph.of(WorkflowMessages.nodes(workflow)) instanceof Graph.Ordered(List<Node> ordered))) {
            throw new IllegalStateException("workflow %s was kept and cannot run".formatted(stored.id()));
        }
        List<Look> looks = predictions.looks(
                tenant, request.getInputsList(), OutputSettings.sampleMillis(request.getOutputConfig()));
        Map<String, Readiness> readiness = new HashMap<>();
        Map<String, List<Outcome>> outcomes = new HashMap<>();
        for (Node node : ordered) {
            Readiness ready = database.inTransaction(connection -> readiness(connection, tenant, node));
            readiness.put(node.id(), ready);
            outcomes.put(node.id(), run(ready, fed(node, outcomes, looks)));
        }
        PostWorkflowResultsResponse.Builder answer =
                PostWorkflowResultsResponse.newBuilder().setWorkflow(workflow);
        int good = 0;
        int all = 0;
        for (int i = 0; i < looks.size(); i++) {
            WorkflowResult.Builder result = WorkflowResult.newBuilder()
                    .setId(Ids.fresh())
                    .setCreatedAt(Times.stamp(Instant.now()))
                    .setInput(ImagePredictions.repeated(request.getInputs(i)));
            int goodOfInput = 0;
            for (WorkflowNode node : workflow.getNodesList()) {
                Outcome outcome =
                        Objects.requireNonNull(outcomes.get(node.getId())).get(i);
                goodOfInput += outcome instanceof Outcome.Answered ? 1 : 0;
                if (!node.getSuppressOutput()) {
                    result.addOutputs(output(
                            tenant,
                            Objects.requireNonNull(readiness.get(node.getId())),
                            node,
                            request.getOutputConfig(),
                            outcome));
                }
            }
            answer.addResults(result.setStatus(overall(goodOfInput, workflow.getNodesCount())));
            good += goodOfInput;
            all += workflow.getNodesCount();
        }
        return answer.setStatus(overall(good, all)).build();
    }

    /** As it is now, or as it was in the version that is asked for. */
    private static StoredWorkflow found(Connection connection, Tenant tenant, PostWorkflowResultsRequest request)
            throws SQLException {
        StoredWorkflow workflow = Workflows.find(tenant, request.getWorkflowId())
                .orElseThrow(() -> WorkflowMessages.noWorkflow(request.getWorkflowId()));
        return request.getVersionId().isEmpty() || request.getVersionId().equals(workflow.revisionId())
                ? workflow
                : WorkflowVersionCalls.found(connection, tenant, workflow.id(), request.getVersionId());
    }

    /** What was there when the workflow was kept may have been deleted since. */
    private static Readiness readiness(Connection connection, Tenant tenant, Node node) throws SQLException {
        String modelId = node.modelId();
        Optional<StoredModel> model = Models.find(connection, tenant, modelId);
        if (model.isEmpty()) {
            return missing(ModelMessages.noModel(modelId));
        }
        if (node.modelVersionId().isEmpty()) {
            return Versions.newestTrained(connection, tenant, modelId)
                    .map(version -> readiness(model.get(), version))
                    .orElseGet(() -> new Readiness.Missing(
                            StatusCode.WORKFLOW_REQUIRE_TRAINED_MODEL,
                            "Model '%s' of type %s has no trained version"
                                    .formatted(modelId, model.get().modelTypeId())));
        }
        return Versions.find(connection, tenant, modelId, node.modelVersionId())
                .map(version -> readiness(model.get(), version))
                .orElseGet(() -> missing(ModelMessages.noVersion(modelId, node.modelVersionId())));
    }

    private static Readiness readiness(StoredModel model, StoredVersion version) {
        return version.version().state() instanceof Trained trained
                ? new Readiness.Ready(ModelMessages.model(model, Optional.of(version)), trained)
                : new Readiness.Missing(
                        StatusCode.WORKFLOW_REQUIRE_TRAINED_MODEL,
                        "Version '%s' of model '%s' of type %s is not trained: %s"
                                .formatted(
                                        version.id(),
                                        model.id(),
                                        model.modelTypeId(),
                                        ModelMessages.status(version).getDescription()));
    }

    private static Readiness missing(Refusal refusal) {
        return new Readiness.Missing(refusal.status(), refusal.details());
    }

    private List<Outcome> run(Readiness readiness, List<Look> looks) {
        return switch (readiness) {
            case Readiness.Missing(StatusCode code, String reason) ->
                Collections.nCopies(looks.size(), new Outcome.Failed(code, reason));
            case Readiness.Ready(Model _, Trained trained) -> {
                try {
                    yield predictions.outcomes(trained, looks);
                } catch (Refusal noWorker) {
                    yield Collections.nCopies(looks.size(), new Outcome.Failed(noWorker.status(), noWorker.details()));
                }
            }
        };
    }

    /** A node whose input gave nothing has nothing to look at, whatever it could have seen by itself. */
    private static List<Look> fed(Node node, Map<String, List<Outcome>> before, List<Look> looks) {
        List<Look> fed = new ArrayList<>(looks);
        for (String input : node.inputs()) {
            List<Outcome> fromInput = Objects.requireNonNull(before.get(input));
            for (int i = 0; i < fed.size(); i++) {
                if (fromInput.get(i) instanceof Outcome.Failed) {
                    fed.set(
                            i,
                            new Look.Refused(
                                    StatusCode.WORKFLOW_NO_MATCHING_INPUT,
                                    "Node '%s', whose output goes into node '%s', has none"
                                            .formatted(input, node.id())));
                }
            }
        }
        return fed;
    }

    private static Output output(
            Tenant tenant, Readiness readiness, WorkflowNode node, OutputConfig asked, Outcome outcome) {
        Output.Builder output = Output.newBuilder().setId(Ids.fresh()).setCreatedAt(Times.stamp(Instant.now()));
        OutputConfig ofVersion = switch (readiness) {
            case Readiness.Ready(Model model, Trained _) -> {
                output.setModel(model);
                yield model.getModelVersion().getOutputInfo().getOutputConfig();
            }
            case Readiness.Missing _ -> {
                output.setModel(node.getModel());
                yield OutputConfig.getDefaultInstance();
            }
        };
        switch (outcome) {
            case Outcome.Failed(StatusCode code, String reason) -> output.setStatus(Answers.of(code, reason));
            case Outcome.Answered(Content sight) -> {
                OutputConfig ofNode = PredictionMessages.config(
                        ofVersion, node.getOutputInfoOverride().getOutputConfig());
                output.setStatus(Answers.ok())
                        .setData(PredictionMessages.data(tenant, sight, PredictionMessages.config(ofNode, asked)));
            }
        }
        return output.build();
    }

    private static Status overall(int good, int all) {
        if (good == all) {
            return Answers.ok();
        }
        return good == 0
                ? Answers.of(StatusCode.FAILURE, "No node gave an output; the status of each says why")
                : Answers.of(StatusCode.MIXED_STATUS, "%d of %d outputs are there".formatted(good, all));
    }
}
