package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Addresses;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Exports;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.export.ExportFile;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.version.VersionState.Trained;
import io.deeptrain.contract.GetModelVersionExportRequest;
import io.deeptrain.contract.ModelVersionExport;
import io.deeptrain.contract.PutModelVersionExportsRequest;
import io.deeptrain.contract.SingleModelVersionExportResponse;
import io.deeptrain.contract.UserAppIDSet;
import io.deeptrain.objects.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * Calls that give a trained model away as a file. It is the one that the worker published, so there is nothing to wait
 * for; clients that wait are told once that their export is pending.
 */
@ApplicationScoped
class ExportCalls {
    private static final String FORMAT =
            "The file is the model as it was trained, in safetensors; with format= added, its address has others: %s"
                    .formatted(ExportFile.formats());

    private final Database database;
    private final ObjectStore objects;

    ExportCalls(Database database, ObjectStore objects) {
        this.database = database;
        this.objects = objects;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PutModelVersionExports", PutModelVersionExportsRequest.class, this::put)
                .answer("GetModelVersionExport", GetModelVersionExportRequest.class, this::get);
    }

    private record Exportable(StoredVersion version, Trained trained) {}

    private SingleModelVersionExportResponse put(Caller caller, PutModelVersionExportsRequest request) {
        Exportable exportable =
                exportable(caller, request.getUserAppId(), request.getModelId(), request.getVersionId());
        if (!isThere(exportable)) {
            throw new Refusal(
                    StatusCode.MODEL_EXPORTING_FAILED,
                    "The model of version '%s' is not in the object store"
                            .formatted(exportable.version().id()));
        }
        boolean fresh = database.inTransaction(
                connection -> Exports.insert(connection, exportable.version().id(), Instant.now()));
        return fresh
                ? answer(ModelVersionExport.newBuilder()
                        .setStatus(Answers.of(StatusCode.MODEL_EXPORT_PENDING, FORMAT))
                        .build())
                : answer(exported(exportable));
    }

    private SingleModelVersionExportResponse get(Caller caller, GetModelVersionExportRequest request) {
        Exportable exportable =
                exportable(caller, request.getUserAppId(), request.getModelId(), request.getVersionId());
        if (!database.inTransaction(
                connection -> Exports.exists(connection, exportable.version().id()))) {
            throw new Refusal(
                    StatusCode.DOES_NOT_EXIST,
                    "Nobody has asked for an export of version '%s'; PUT to the same path asks for one"
                            .formatted(exportable.version().id()));
        }
        return answer(exported(exportable));
    }

    private static ModelVersionExport exported(Exportable exportable) {
        return ModelVersionExport.newBuilder()
                .setStatus(Answers.of(StatusCode.MODEL_EXPORTED, FORMAT))
                .setUrl(Addresses.link(ModelMessages.path(exportable.version()) + ModelMessages.EXPORT))
                .setSize(exportable.trained().model().sizeBytes())
                .build();
    }

    private static SingleModelVersionExportResponse answer(ModelVersionExport export) {
        return SingleModelVersionExportResponse.newBuilder()
                .setStatus(Answers.ok())
                .setExport(export)
                .build();
    }

    private boolean isThere(Exportable exportable) {
        try {
            return objects.exists(exportable.trained().model().key());
        } catch (IOException e) {
            throw new UncheckedIOException("the object store cannot be asked", e);
        }
    }

    private Exportable exportable(Caller caller, UserAppIDSet whose, String modelId, String versionId) {
        StoredVersion version = database.inTransaction(
                connection -> Versions.find(connection, Tenants.app(caller, whose), modelId, versionId)
                        .orElseThrow(() -> ModelMessages.noVersion(modelId, versionId)));
        return new Exportable(version, ModelMessages.trained(version));
    }
}
