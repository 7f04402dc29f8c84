package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.postgres.Workflows.StoredWorkflow;
import io.deeptrain.event.Tenant;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;

/** A row of {@code workflow}. */
@Entity
@Table(name = "workflow")
@IdClass(WorkflowKey.class)
@SuppressWarnings("NullAway.Init") // Hibernate fills it.
class WorkflowEntity extends PanacheEntityBase {
    @Id
    @Column(name = "user_id")
    String userId;

    @Id
    @Column(name = "app_id")
    String appId;

    @Id
    @Column(name = "workflow_id")
    String workflowId;

    @Column(insertable = false, updatable = false)
    long position;

    @Column(name = "revision_id")
    String revisionId;

    byte[] document;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "modified_at")
    Instant modifiedAt;

    protected WorkflowEntity() {}

    WorkflowEntity(StoredWorkflow workflow) {
        this.userId = workflow.tenant().userId();
        this.appId = workflow.tenant().appId();
        this.workflowId = workflow.id();
        this.createdAt = workflow.createdAt();
        take(workflow);
    }

    /** Takes over all that may change. */
    final void take(StoredWorkflow workflow) {
        this.revisionId = workflow.revisionId();
        this.document = workflow.document();
        this.modifiedAt = workflow.modifiedAt();
    }

    StoredWorkflow toRecord() {
        return new StoredWorkflow(new Tenant(userId, appId), workflowId, revisionId, document, createdAt, modifiedAt);
    }
}
