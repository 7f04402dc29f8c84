package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.contract.DeleteModelVersionRequest;
import io.deeptrain.contract.GetModelVersionRequest;
import io.deeptrain.contract.ListModelVersionsRequest;
import io.deeptrain.contract.MultiModelVersionResponse;
import io.deeptrain.contract.SingleModelVersionResponse;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Calls about versions that are there. */
@ApplicationScoped
class VersionCalls {
    private final Database database;
    private final FinalCharges finalCharges;

    VersionCalls(Database database, FinalCharges finalCharges) {
        this.database = database;
        this.finalCharges = finalCharges;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("ListModelVersions", ListModelVersionsRequest.class, this::list)
                .answer("GetModelVersion", GetModelVersionRequest.class, this::get)
                .answer("DeleteModelVersion", DeleteModelVersionRequest.class, this::delete);
    }

    private MultiModelVersionResponse list(Caller caller, ListModelVersionsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            ModelCalls.found(connection, tenant, request.getModelId());
            Page page = Page.of(request.getPage(), request.getPerPage());
            return MultiModelVersionResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addAllModelVersions(Versions.list(connection, tenant, request.getModelId(), page).stream()
                            .map(ModelMessages::version)
                            .toList())
                    .build();
        });
    }

    private SingleModelVersionResponse get(Caller caller, GetModelVersionRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            ModelCalls.found(connection, tenant, request.getModelId());
            StoredVersion version = Versions.find(connection, tenant, request.getModelId(), request.getVersionId())
                    .orElseThrow(() -> ModelMessages.noVersion(request.getModelId(), request.getVersionId()));
            return SingleModelVersionResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .setModelVersion(ModelMessages.version(version))
                    .build();
        });
    }

    /** The cancel of a training under way: committed here, whatever the job is doing meanwhile. */
    private BaseResponse delete(Caller caller, DeleteModelVersionRequest request) {
        Optional<JobId> job = database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            StoredVersion version = Versions.find(connection, tenant, request.getModelId(), request.getVersionId())
                    .orElseThrow(() -> ModelMessages.noVersion(request.getModelId(), request.getVersionId()));
            return Versions.delete(connection, version);
        });
        return finalCharges.answer(job.map(List::of).orElse(List.of()));
    }
}
