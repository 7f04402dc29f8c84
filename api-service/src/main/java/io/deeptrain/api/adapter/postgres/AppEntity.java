package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.postgres.Apps.StoredApp;
import io.deeptrain.event.Tenant;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** A row of {@code app}. */
@Entity
@Table(name = "app")
@IdClass(AppKey.class)
@SuppressWarnings("NullAway.Init") // Hibernate fills it.
class AppEntity extends PanacheEntityBase {
    @Id
    @Column(name = "user_id")
    String userId;

    @Id
    @Column(name = "app_id")
    String appId;

    @Column(insertable = false, updatable = false)
    long position;

    String name;

    String description;

    @Column(name = "default_workflow_id")
    String defaultWorkflowId;

    String notes;

    @JdbcTypeCode(SqlTypes.JSON)
    String metadata;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "modified_at")
    Instant modifiedAt;

    protected AppEntity() {}

    AppEntity(StoredApp app) {
        this.userId = app.tenant().userId();
        this.appId = app.tenant().appId();
        this.createdAt = app.createdAt();
        take(app);
    }

    /** Takes over all that may change. */
    final void take(StoredApp app) {
        this.name = app.name();
        this.description = app.description();
        this.defaultWorkflowId = app.defaultWorkflowId();
        this.notes = app.notes();
        this.metadata = app.metadata();
        this.modifiedAt = app.modifiedAt();
    }

    StoredApp toRecord() {
        return new StoredApp(
                new Tenant(userId, appId),
                name,
                description,
                defaultWorkflowId,
                notes,
                metadata,
                createdAt,
                modifiedAt);
    }
}
