package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.postgres.Datasets.StoredDataset;
import io.deeptrain.event.Tenant;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;

/** A row of {@code dataset}. */
@Entity
@Table(name = "dataset")
@IdClass(DatasetKey.class)
@SuppressWarnings("NullAway.Init") // Hibernate fills it.
class DatasetEntity extends PanacheEntityBase {
    @Id
    @Column(name = "user_id")
    String userId;

    @Id
    @Column(name = "app_id")
    String appId;

    @Id
    @Column(name = "dataset_id")
    String datasetId;

    @Column(insertable = false, updatable = false)
    long position;

    String description;

    String notes;

    String metadata;

    int visibility;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "modified_at")
    Instant modifiedAt;

    protected DatasetEntity() {}

    DatasetEntity(Tenant tenant, StoredDataset dataset) {
        this.userId = tenant.userId();
        this.appId = tenant.appId();
        this.datasetId = dataset.id();
        this.createdAt = dataset.createdAt();
        change(dataset);
    }

    /** Takes over all that can change. */
    final void change(StoredDataset dataset) {
        this.description = dataset.description();
        this.notes = dataset.notes();
        this.metadata = dataset.metadata();
        this.visibility = dataset.visibility();
        this.modifiedAt = dataset.modifiedAt();
    }

    StoredDataset toRecord() {
        return new StoredDataset(datasetId, description, notes, metadata, visibility, createdAt, modifiedAt);
    }
}
