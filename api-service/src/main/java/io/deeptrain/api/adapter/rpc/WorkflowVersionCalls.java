package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.WorkflowVersions;
import io.deeptrain.api.adapter.postgres.Workflows;
import io.deeptrain.api.adapter.postgres.Workflows.StoredWorkflow;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.DeleteWorkflowVersionsRequest;
import io.deeptrain.contract.GetWorkflowVersionRequest;
import io.deeptrain.contract.ListWorkflowVersionsRequest;
import io.deeptrain.contract.MultiWorkflowVersionResponse;
import io.deeptrain.contract.SingleWorkflowVersionResponse;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;

/** Calls about what workflows were: each change of the nodes leaves a version behind, which can still run. */
@ApplicationScoped
class WorkflowVersionCalls {
    private final Database database;

    WorkflowVersionCalls(Database database) {
        this.database = database;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("ListWorkflowVersions", ListWorkflowVersionsRequest.class, this::list)
                .answer("GetWorkflowVersion", GetWorkflowVersionRequest.class, this::get)
                .answer("DeleteWorkflowVersions", DeleteWorkflowVersionsRequest.class, this::delete);
    }

    private MultiWorkflowVersionResponse list(Caller caller, ListWorkflowVersionsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            StoredWorkflow workflow = workflow(tenant, request.getWorkflowId());
            Page page = Page.of(caller, request.getPage(), request.getPerPage());
            return MultiWorkflowVersionResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addAllWorkflowVersions(
                            WorkflowVersions.list(connection, tenant, workflow.id(), page).shownTo(caller).stream()
                                    .map(WorkflowMessages::version)
                                    .toList())
                    .build();
        });
    }

    private SingleWorkflowVersionResponse get(Caller caller, GetWorkflowVersionRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            workflow(tenant, request.getWorkflowId());
            return SingleWorkflowVersionResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .setWorkflowVersion(WorkflowMessages.version(
                            found(connection, tenant, request.getWorkflowId(), request.getWorkflowVersionId())))
                    .build();
        });
    }

    /** An empty list deletes nothing, and the version that the workflow has now stays as long as the workflow. */
    private BaseResponse delete(Caller caller, DeleteWorkflowVersionsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            String id = request.getWorkflowId();
            StoredWorkflow now = Workflows.lock(tenant, id).orElseThrow(() -> WorkflowMessages.noWorkflow(id));
            if (request.getWorkflowVersionIdsList().contains(now.revisionId())) {
                throw new Refusal(
                        StatusCode.WORKFLOW_INVALID_ARGUMENT,
                        "workflow_version_ids holds '%s' but must not: workflow '%s' has that version now"
                                .formatted(now.revisionId(), id));
            }
            WorkflowVersions.delete(connection, tenant, id, request.getWorkflowVersionIdsList());
            return BaseResponse.newBuilder().setStatus(Answers.ok()).build();
        });
    }

    private static StoredWorkflow workflow(Tenant tenant, String id) {
        return Workflows.find(tenant, id).orElseThrow(() -> WorkflowMessages.noWorkflow(id));
    }

    static StoredWorkflow found(Connection connection, Tenant tenant, String workflowId, String versionId)
            throws SQLException {
        return WorkflowVersions.find(connection, tenant, workflowId, versionId)
                .orElseThrow(() -> new Refusal(
                        StatusCode.WORKFLOW_DOES_NOT_EXIST,
                        "Version '%s' of workflow '%s' does not exist".formatted(versionId, workflowId)));
    }
}
