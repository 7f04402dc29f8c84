package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Paging.Mark;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.adapter.postgres.Versions.Wanted;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.DeleteModelVersionRequest;
import io.deeptrain.contract.GetModelVersionRequest;
import io.deeptrain.contract.ListModelVersionsRequest;
import io.deeptrain.contract.ModelVersion;
import io.deeptrain.contract.MultiModelVersionResponse;
import io.deeptrain.contract.PatchModelVersionsRequest;
import io.deeptrain.contract.SingleModelVersionResponse;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Calls about versions that are there. */
@ApplicationScoped
class VersionCalls {
    private static final int PATCHES_MAX = 128;

    private final Database database;
    private final FinalCharges finalCharges;

    VersionCalls(Database database, FinalCharges finalCharges) {
        this.database = database;
        this.finalCharges = finalCharges;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("ListModelVersions", ListModelVersionsRequest.class, this::list)
                .answer("GetModelVersion", GetModelVersionRequest.class, this::get)
                .answer("PatchModelVersions", PatchModelVersionsRequest.class, this::patch)
                .answer("DeleteModelVersion", DeleteModelVersionRequest.class, this::delete);
    }

    private MultiModelVersionResponse list(Caller caller, ListModelVersionsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            ModelCalls.found(connection, tenant, request.getModelId());
            Page page = Page.of(caller, request.getPage(), request.getPerPage());
            Wanted wanted = new Wanted(request.getTrainedOnly(), request.getConceptIdsList());
            List<StoredVersion> versions = Versions.list(connection, tenant, request.getModelId(), wanted, page);
            if (versions.size() == page.size()) {
                caller.paging()
                        .goesOnAfter(Mark.at(
                                Versions.position(connection, versions.getLast().id())));
            }
            return MultiModelVersionResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addAllModelVersions(
                            versions.stream().map(ModelMessages::version).toList())
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

    private MultiModelVersionResponse patch(Caller caller, PatchModelVersionsRequest request) {
        PatchAction action = Actions.of(request.getAction(), StatusCode.MODEL_INVALID_REQUEST);
        if (request.getModelVersionsCount() == 0 || request.getModelVersionsCount() > PATCHES_MAX) {
            throw new Refusal(
                    StatusCode.MODEL_INVALID_REQUEST,
                    "model_versions holds %d versions but must hold 1 to %d"
                            .formatted(request.getModelVersionsCount(), PATCHES_MAX));
        }
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            String modelId = request.getModelId();
            ModelCalls.found(connection, tenant, modelId);
            // Held in the one order in which everybody holds several.
            SortedMap<String, ModelVersion> documents = new TreeMap<>();
            for (String id : new TreeSet<>(request.getModelVersionsList().stream()
                    .map(ModelVersion::getId)
                    .toList())) {
                StoredVersion held = Versions.lock(connection, tenant, modelId, id)
                        .orElseThrow(() -> ModelMessages.noVersion(modelId, id));
                documents.put(id, ModelMessages.document(held));
            }
            MultiModelVersionResponse.Builder answer =
                    MultiModelVersionResponse.newBuilder().setStatus(Answers.ok());
            for (ModelVersion patch : request.getModelVersionsList()) {
                ModelVersion document =
                        ModelPatch.applied(Objects.requireNonNull(documents.get(patch.getId())), action, patch);
                documents.put(patch.getId(), document);
                answer.addModelVersions(ModelMessages.version(
                        Versions.describe(connection, new ModelVersionId(patch.getId()), document.toByteArray())));
            }
            return answer.build();
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
