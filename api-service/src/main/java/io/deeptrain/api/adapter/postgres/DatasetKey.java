package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.Tenant;
import java.io.Serializable;

/** The primary key of {@code dataset}. Hibernate reads it by the names of the entity's fields. */
record DatasetKey(String userId, String appId, String datasetId) implements Serializable {
    static DatasetKey of(Tenant tenant, String datasetId) {
        return new DatasetKey(tenant.userId(), tenant.appId(), datasetId);
    }
}
