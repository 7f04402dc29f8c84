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

    String name;

    String description;

    @Column(name = "default_workflow_id")
    String defaultWorkflowId;

    @Column(name = "created_at")
    Instant createdAt;

    protected AppEntity() {}

    AppEntity(StoredApp app) {
        this.userId = app.tenant().userId();
        this.appId = app.tenant().appId();
        this.name = app.name();
        this.description = app.description();
        this.defaultWorkflowId = app.defaultWorkflowId();
        this.createdAt = app.createdAt();
    }

    StoredApp toRecord() {
        return new StoredApp(new Tenant(userId, appId), name, description, defaultWorkflowId, createdAt);
    }
}
