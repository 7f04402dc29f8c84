package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.Tenant;
import java.io.Serializable;

/** The primary key of a workflow's row. Hibernate reads it by the names of the entity's fields. */
record WorkflowKey(String userId, String appId, String workflowId) implements Serializable {
    static WorkflowKey of(Tenant tenant, String workflowId) {
        return new WorkflowKey(tenant.userId(), tenant.appId(), workflowId);
    }
}
