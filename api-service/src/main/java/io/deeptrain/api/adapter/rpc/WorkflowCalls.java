package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Apps;
import io.deeptrain.api.adapter.postgres.Apps.StoredApp;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Models;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.WorkflowVersions;
import io.deeptrain.api.adapter.postgres.Workflows;
import io.deeptrain.api.adapter.postgres.Workflows.StoredWorkflow;
import io.deeptrain.api.adapter.rpc.Tenants.Reach;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.search.NamePattern;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.violation.Violation;
import io.deeptrain.api.workflow.Graph;
import io.deeptrain.contract.DeleteWorkflowRequest;
import io.deeptrain.contract.DeleteWorkflowsRequest;
import io.deeptrain.contract.GetWorkflowRequest;
import io.deeptrain.contract.ListWorkflowsRequest;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.MultiWorkflowResponse;
import io.deeptrain.contract.PatchWorkflowsRequest;
import io.deeptrain.contract.PostWorkflowsRequest;
import io.deeptrain.contract.SingleWorkflowResponse;
import io.deeptrain.contract.Workflow;
import io.deeptrain.contract.WorkflowNode;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Calls about workflows. What is kept can run as far as its models are trained: its nodes are all there. */
@ApplicationScoped
public class WorkflowCalls {
    private static final int WORKFLOWS_MAX = 32;

    private final Database database;

    WorkflowCalls(Database database) {
        this.database = database;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostWorkflows", PostWorkflowsRequest.class, this::post)
                .answer("ListWorkflows", ListWorkflowsRequest.class, this::list)
                .answer("GetWorkflow", GetWorkflowRequest.class, this::get)
                .answer("PatchWorkflows", PatchWorkflowsRequest.class, this::patch)
                .answer("DeleteWorkflow", DeleteWorkflowRequest.class, this::delete)
                .answer("DeleteWorkflows", DeleteWorkflowsRequest.class, this::deleteSome);
    }

    private MultiWorkflowResponse post(Caller caller, PostWorkflowsRequest request) {
        requireSome(request.getWorkflowsList());
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            MultiWorkflowResponse.Builder answer =
                    MultiWorkflowResponse.newBuilder().setStatus(Answers.ok());
            for (Workflow posted : request.getWorkflowsList()) {
                answer.addWorkflows(WorkflowMessages.message(insert(connection, tenant, posted)));
            }
            return answer.build();
        });
    }

    private static void requireSome(List<Workflow> workflows) {
        if (workflows.isEmpty() || workflows.size() > WORKFLOWS_MAX) {
            throw new Refusal(
                    StatusCode.WORKFLOW_INVALID_ARGUMENT,
                    "workflows holds %d workflows but must hold 1 to %d".formatted(workflows.size(), WORKFLOWS_MAX));
        }
    }

    private static StoredWorkflow insert(Connection connection, Tenant tenant, Workflow posted) throws SQLException {
        String id = Ids.givenOrFresh("workflows.id", posted.getId());
        Workflow document =
                checked(connection, tenant, posted.toBuilder().setId(id).build());
        Instant now = Instant.now();
        StoredWorkflow workflow = new StoredWorkflow(tenant, id, Ids.fresh(), document.toByteArray(), now, now);
        if (!Workflows.insert(workflow)) {
            throw new Refusal(StatusCode.DUPLICATE_KEY, "Workflow '%s' exists already".formatted(id));
        }
        WorkflowVersions.insert(connection, workflow);
        return workflow;
    }

    /** The document to keep. Everything that is wrong with it is said at once. */
    private static Workflow checked(Connection connection, Tenant tenant, Workflow asked) throws SQLException {
        Workflow document = asked.toBuilder()
                .clearVersion()
                .clearNodes()
                .addAllNodes(asked.getNodesList().stream()
                        .map(WorkflowMessages::inNewForm)
                        .toList())
                .build();
        List<Violation> violations = new ArrayList<>();
        if (Graph.of(WorkflowMessages.nodes(document)) instanceof Graph.Broken(List<Violation> broken)) {
            violations.addAll(broken);
        }
        boolean shapeIsRight = violations.isEmpty();
        for (int i = 0; i < document.getNodesCount() && i < Graph.NODES_MAX; i++) {
            violations.addAll(
                    modelViolations(connection, tenant, i, document.getNodes(i).getModel()));
            violations.addAll(OutputSettings.violations(
                    "nodes[%d].output_info_override.output_config".formatted(i),
                    document.getNodes(i).getOutputInfoOverride().getOutputConfig()));
        }
        if (!violations.isEmpty()) {
            throw new Refusal(
                    shapeIsRight ? StatusCode.WORKFLOW_INVALID_ARGUMENT : StatusCode.WORKFLOW_INVALID_GRAPH,
                    violations.stream()
                            .map(violation -> violation.under("workflows"))
                            .toList());
        }
        return document;
    }

    private static List<Violation> modelViolations(Connection connection, Tenant tenant, int node, Model model)
            throws SQLException {
        List<Violation> violations = new ArrayList<>();
        String field = "nodes[%d].model".formatted(node);
        if (!model.getUserId().isEmpty()
                && !model.getUserId().equals(Caller.ME)
                && !model.getUserId().equals(tenant.userId())) {
            violations.add(wrong(field + ".user_id", model.getUserId(), "left out, or the owner of this app"));
        }
        if (!model.getAppId().isEmpty() && !model.getAppId().equals(tenant.appId())) {
            violations.add(wrong(field + ".app_id", model.getAppId(), "left out, or this app"));
        }
        if (!violations.isEmpty() || model.getId().isBlank()) {
            return violations;
        }
        String version = model.getModelVersion().getId();
        if (Models.find(connection, tenant, model.getId()).isEmpty()) {
            violations.add(wrong(field + ".id", model.getId(), "the id of a model of this app"));
        } else if (!version.isEmpty()
                && Versions.find(connection, tenant, model.getId(), version).isEmpty()) {
            violations.add(wrong(field + ".model_version.id", version, "left out, or a version of this model"));
        }
        return violations;
    }

    private static Violation wrong(String field, String value, String legal) {
        return new Violation(field, "'" + value + "'", legal, Optional.empty());
    }

    private MultiWorkflowResponse list(Caller caller, ListWorkflowsRequest request) {
        return database.inTransaction(_ -> {
            Reach reach = Tenants.reach(caller, request.getUserAppId());
            return MultiWorkflowResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addAllWorkflows(Workflows.list(
                                    reach.userId(),
                                    reach.appId(),
                                    new NamePattern(request.getSearch()),
                                    Page.of(caller, request.getPage(), request.getPerPage()))
                            .shownTo(caller)
                            .stream()
                            .map(WorkflowMessages::message)
                            .toList())
                    .build();
        });
    }

    private SingleWorkflowResponse get(Caller caller, GetWorkflowRequest request) {
        return database.inTransaction(_ -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            return SingleWorkflowResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .setWorkflow(WorkflowMessages.message(Workflows.find(tenant, request.getWorkflowId())
                            .orElseThrow(() -> WorkflowMessages.noWorkflow(request.getWorkflowId()))))
                    .build();
        });
    }

    private MultiWorkflowResponse patch(Caller caller, PatchWorkflowsRequest request) {
        PatchAction action = Actions.of(request.getAction(), StatusCode.WORKFLOW_INVALID_ARGUMENT);
        requireSome(request.getWorkflowsList());
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            // Held in one order, so that two calls that hold the same do not wait for each other.
            for (String id : new TreeSet<>(
                    request.getWorkflowsList().stream().map(Workflow::getId).toList())) {
                if (Workflows.lock(tenant, id).isEmpty()) {
                    throw WorkflowMessages.noWorkflow(id);
                }
            }
            MultiWorkflowResponse.Builder answer =
                    MultiWorkflowResponse.newBuilder().setStatus(Answers.ok());
            for (Workflow patch : request.getWorkflowsList()) {
                StoredWorkflow known = Workflows.find(tenant, patch.getId()).orElseThrow();
                answer.addWorkflows(WorkflowMessages.message(update(connection, known, action, patch)));
            }
            return answer.build();
        });
    }

    private static StoredWorkflow update(
            Connection connection, StoredWorkflow known, PatchAction action, Workflow patch) throws SQLException {
        Workflow document = WorkflowMessages.document(known);
        Workflow.Builder patched = document.toBuilder();
        if (!patch.getDescription().isEmpty()) {
            patched.setDescription(action == PatchAction.REMOVE ? "" : patch.getDescription());
        }
        if (!patch.getNotes().isEmpty()) {
            patched.setNotes(action == PatchAction.REMOVE ? "" : patch.getNotes());
        }
        if (patch.hasMetadata()) {
            patched.setMetadata(Metadata.patched(document.getMetadata(), action, patch.getMetadata()));
        }
        if (patch.getNodesCount() > 0) {
            patched.clearNodes().addAllNodes(nodes(document.getNodesList(), action, patch.getNodesList()));
        }
        Workflow next = checked(connection, known.tenant(), patched.build());
        StoredWorkflow stored = new StoredWorkflow(
                known.tenant(),
                known.id(),
                next.getNodesList().equals(document.getNodesList()) ? known.revisionId() : Ids.fresh(),
                next.toByteArray(),
                known.createdAt(),
                Instant.now());
        Workflows.update(stored);
        if (!stored.revisionId().equals(known.revisionId())) {
            WorkflowVersions.insert(connection, stored);
        }
        return stored;
    }

    private static List<WorkflowNode> nodes(List<WorkflowNode> known, PatchAction action, List<WorkflowNode> patch) {
        if (action == PatchAction.OVERWRITE) {
            return patch;
        }
        Map<String, WorkflowNode> nodes = new LinkedHashMap<>();
        known.forEach(node -> nodes.put(node.getId(), node));
        for (WorkflowNode node : patch) {
            if (action == PatchAction.REMOVE) {
                nodes.remove(node.getId());
            } else {
                nodes.put(node.getId(), node);
            }
        }
        return List.copyOf(nodes.values());
    }

    /**
     * The documented older call: makes the workflow, or merges it with the one that is there, and makes it the one that
     * the app uses by default.
     */
    public MultiWorkflowResponse patchBase(Caller caller, PatchWorkflowsRequest request, boolean reindex) {
        PatchAction action = Actions.of(request.getAction(), StatusCode.WORKFLOW_INVALID_ARGUMENT);
        if (request.getWorkflowsCount() != 1) {
            throw new Refusal(
                    StatusCode.WORKFLOW_INVALID_ARGUMENT,
                    "workflows holds %d workflows but must hold one, the base of the app"
                            .formatted(request.getWorkflowsCount()));
        }
        Workflow patch = request.getWorkflows(0);
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            Optional<StoredWorkflow> known = Workflows.lock(tenant, patch.getId());
            StoredWorkflow base = known.isPresent()
                    ? update(connection, known.get(), action, patch)
                    : insert(connection, tenant, patch);
            makeDefault(tenant, base.id());
            if (reindex) {
                BaseEmbedders.reindex(connection, tenant);
            }
            return MultiWorkflowResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addWorkflows(WorkflowMessages.message(base))
                    .build();
        });
    }

    private static void makeDefault(Tenant tenant, String workflowId) {
        StoredApp app = Apps.lock(tenant).orElseThrow();
        Apps.update(new StoredApp(
                tenant,
                app.name(),
                app.description(),
                workflowId,
                app.notes(),
                app.metadata(),
                app.createdAt(),
                Instant.now()));
    }

    private BaseResponse delete(Caller caller, DeleteWorkflowRequest request) {
        return database.inTransaction(_ -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            if (Workflows.delete(tenant, List.of(request.getWorkflowId())) == 0) {
                throw WorkflowMessages.noWorkflow(request.getWorkflowId());
            }
            return BaseResponse.newBuilder().setStatus(Answers.ok()).build();
        });
    }

    /** An empty list deletes nothing. */
    private BaseResponse deleteSome(Caller caller, DeleteWorkflowsRequest request) {
        return database.inTransaction(_ -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            if (request.getDeleteAll()) {
                Workflows.deleteAll(tenant);
            } else {
                Workflows.delete(tenant, request.getIdsList());
            }
            return BaseResponse.newBuilder().setStatus(Answers.ok()).build();
        });
    }
}
