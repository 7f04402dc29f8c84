package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.postgres.DatasetVersions.StoredDatasetVersion;
import io.deeptrain.api.dataset.DatasetCounts;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;

/** A row of {@code dataset_version}. */
@Entity
@Table(name = "dataset_version")
@IdClass(DatasetVersionKey.class)
@SuppressWarnings("NullAway.Init") // Hibernate fills it.
class DatasetVersionEntity extends PanacheEntityBase {
    @Id
    @Column(name = "user_id")
    String userId;

    @Id
    @Column(name = "app_id")
    String appId;

    @Id
    @Column(name = "version_id")
    String versionId;

    @Column(name = "dataset_id")
    String datasetId;

    @Column(insertable = false, updatable = false)
    long position;

    String description;

    String metadata;

    int visibility;

    @Column(name = "object_key")
    String objectKey;

    String sha256;

    @Column(name = "size_bytes")
    long sizeBytes;

    String metrics;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "modified_at")
    Instant modifiedAt;

    protected DatasetVersionEntity() {}

    DatasetVersionEntity(Tenant tenant, StoredDatasetVersion version) {
        this.userId = tenant.userId();
        this.appId = tenant.appId();
        this.versionId = version.id();
        this.datasetId = version.datasetId();
        this.description = version.description();
        this.metadata = version.metadata();
        this.visibility = version.visibility();
        this.objectKey = version.content().key();
        this.sha256 = version.content().sha256();
        this.sizeBytes = version.content().sizeBytes();
        this.metrics = StateJson.write(version.counts());
        this.createdAt = version.createdAt();
        this.modifiedAt = version.createdAt();
    }

    StoredDatasetVersion toRecord() {
        return new StoredDatasetVersion(
                versionId,
                datasetId,
                description,
                metadata,
                visibility,
                new StoredObject(objectKey, sha256, sizeBytes),
                StateJson.read(metrics, DatasetCounts.class),
                createdAt);
    }
}
