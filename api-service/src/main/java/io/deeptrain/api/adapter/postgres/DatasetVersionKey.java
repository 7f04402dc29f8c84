package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.Tenant;
import java.io.Serializable;

/** The primary key of {@code dataset_version}. Hibernate reads it by the names of the entity's fields. */
record DatasetVersionKey(String userId, String appId, String versionId) implements Serializable {
    static DatasetVersionKey of(Tenant tenant, String versionId) {
        return new DatasetVersionKey(tenant.userId(), tenant.appId(), versionId);
    }
}
