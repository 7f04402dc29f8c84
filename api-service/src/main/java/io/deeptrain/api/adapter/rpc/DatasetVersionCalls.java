package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Struct;
import com.google.protobuf.UInt64Value;
import com.google.protobuf.Value;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.objects.SnapshotJson;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.DatasetVersions;
import io.deeptrain.api.adapter.postgres.DatasetVersions.StoredDatasetVersion;
import io.deeptrain.api.adapter.postgres.Datasets;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.dataset.DatasetCounts;
import io.deeptrain.api.dataset.Snapshot;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.DatasetVersion;
import io.deeptrain.contract.DatasetVersionMetrics;
import io.deeptrain.contract.DeleteDatasetVersionsRequest;
import io.deeptrain.contract.GetDatasetVersionRequest;
import io.deeptrain.contract.ListDatasetVersionsRequest;
import io.deeptrain.contract.MultiDatasetVersionResponse;
import io.deeptrain.contract.PostDatasetVersionsRequest;
import io.deeptrain.contract.SingleDatasetVersionResponse;
import io.deeptrain.contract.Visibility;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.StoredBlob;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Calls about versions of datasets. A version is frozen within the call, and so is ready as soon as it is answered. */
@ApplicationScoped
class DatasetVersionCalls {
    private static final String CONTENT_SHA256 = "content_sha256";

    /** The key of the metrics that count everything. */
    private static final String ALL = "/";

    private final Database database;
    private final ObjectStore objects;

    DatasetVersionCalls(Database database, ObjectStore objects) {
        this.database = database;
        this.objects = objects;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostDatasetVersions", PostDatasetVersionsRequest.class, this::post)
                .answer("ListDatasetVersions", ListDatasetVersionsRequest.class, this::list)
                .answer("GetDatasetVersion", GetDatasetVersionRequest.class, this::get)
                .answer("DeleteDatasetVersions", DeleteDatasetVersionsRequest.class, this::delete);
    }

    private record Source(Tenant tenant, String datasetId, Snapshot snapshot) {}

    /** The content is stored before the version. If that then fails, the content lies there unused. */
    private MultiDatasetVersionResponse post(Caller caller, PostDatasetVersionsRequest request) {
        if (request.getDatasetVersionsCount() > 1) {
            throw new Refusal(
                    StatusCode.BAD_REQUEST_FORMAT,
                    "dataset_versions holds %d versions but must hold at most one"
                            .formatted(request.getDatasetVersionsCount()));
        }
        DatasetVersion posted = request.getDatasetVersionsCount() == 0
                ? DatasetVersion.getDefaultInstance()
                : request.getDatasetVersions(0);
        String id = Ids.givenOrFresh("dataset_versions.id", posted.getId());
        String metadata = Metadata.written("dataset_versions.metadata", posted.getMetadata());
        Source source = database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            String datasetId =
                    DatasetCalls.found(tenant, request.getDatasetId()).id();
            Snapshot.problem(Datasets.count(connection, tenant, datasetId)).ifPresent(problem -> {
                throw new Refusal(
                        StatusCode.BAD_REQUEST_FORMAT, "dataset_id is '%s': %s".formatted(datasetId, problem));
            });
            return new Source(tenant, datasetId, Snapshot.of(Inputs.inDataset(connection, tenant, datasetId)));
        });
        StoredObject content = stored(source.snapshot());
        StoredDatasetVersion version = new StoredDatasetVersion(
                id,
                source.datasetId(),
                posted.getDescription(),
                metadata,
                posted.getVisibility().getGettableValue(),
                content,
                source.snapshot().counts(),
                Times.now());
        return database.inTransaction(_ -> {
            DatasetCalls.found(source.tenant(), source.datasetId());
            if (!DatasetVersions.insert(source.tenant(), version)) {
                throw new Refusal(StatusCode.DUPLICATE_KEY, "Dataset version '%s' exists already".formatted(id));
            }
            return MultiDatasetVersionResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addDatasetVersions(message(source.tenant(), version))
                    .build();
        });
    }

    private StoredObject stored(Snapshot snapshot) {
        try {
            StoredBlob blob = objects.putContent(new ByteArrayInputStream(SnapshotJson.write(snapshot.inputs())));
            return new StoredObject(blob.key(), blob.sha256(), blob.sizeBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("the content of a dataset version cannot be stored", e);
        }
    }

    private MultiDatasetVersionResponse list(Caller caller, ListDatasetVersionsRequest request) {
        return database.inTransaction(_ -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            String datasetId =
                    DatasetCalls.found(tenant, request.getDatasetId()).id();
            return MultiDatasetVersionResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addAllDatasetVersions(DatasetVersions.list(
                                    tenant, datasetId, Page.of(caller, request.getPage(), request.getPerPage()))
                            .shownTo(caller)
                            .stream()
                            .map(version -> message(tenant, version))
                            .toList())
                    .build();
        });
    }

    private SingleDatasetVersionResponse get(Caller caller, GetDatasetVersionRequest request) {
        return database.inTransaction(_ -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            StoredDatasetVersion version = DatasetVersions.find(tenant, request.getDatasetVersionId())
                    .filter(found -> found.datasetId().equals(request.getDatasetId()))
                    .orElseThrow(() -> new Refusal(
                            StatusCode.DOES_NOT_EXIST,
                            "Version '%s' of dataset '%s' does not exist"
                                    .formatted(request.getDatasetVersionId(), request.getDatasetId())));
            return SingleDatasetVersionResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .setDatasetVersion(message(tenant, version))
                    .build();
        });
    }

    /** An empty list deletes nothing. */
    private BaseResponse delete(Caller caller, DeleteDatasetVersionsRequest request) {
        return database.inTransaction(_ -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            String datasetId =
                    DatasetCalls.found(tenant, request.getDatasetId()).id();
            DatasetVersions.delete(tenant, datasetId, request.getDatasetVersionIdsList());
            return BaseResponse.newBuilder().setStatus(Answers.ok()).build();
        });
    }

    private static DatasetVersion message(Tenant tenant, StoredDatasetVersion version) {
        Struct metadata = Metadata.read(version.metadata()).toBuilder()
                .putFields(
                        CONTENT_SHA256,
                        Value.newBuilder()
                                .setStringValue(version.content().sha256())
                                .build())
                .build();
        DatasetVersion.Builder message = DatasetVersion.newBuilder()
                .setId(version.id())
                .setDatasetId(version.datasetId())
                .setAppId(tenant.appId())
                .setUserId(tenant.userId())
                .setDescription(version.description())
                .setMetadata(metadata)
                .putMetrics(ALL, metrics(version.counts()))
                .setCreatedAt(Times.stamp(version.createdAt()))
                .setModifiedAt(Times.stamp(version.createdAt()))
                .setStatus(Answers.of(StatusCode.DATASET_VERSION_READY, ""));
        if (version.visibility() != 0) {
            message.setVisibility(Visibility.newBuilder().setGettableValue(version.visibility()));
        }
        return message.build();
    }

    private static DatasetVersionMetrics metrics(DatasetCounts counts) {
        return DatasetVersionMetrics.newBuilder()
                .setInputsCount(UInt64Value.of(counts.inputs()))
                .setUnlabeledInputsCount(UInt64Value.of(counts.unlabelledInputs()))
                .setInputsWithMetadataCount(UInt64Value.of(counts.inputsWithMetadata()))
                .setRegionsCount(UInt64Value.of(counts.regions()))
                // Every region has a bounding box.
                .setBoundingBoxesCount(UInt64Value.of(counts.regions()))
                .setPositiveInputTagsCount(UInt64Value.of(counts.positiveInputLabels()))
                .setPositiveRegionTagsCount(UInt64Value.of(counts.positiveRegionLabels()))
                .setRegionInputsCount(UInt64Value.of(counts.inputsWithRegions()))
                .build();
    }
}
