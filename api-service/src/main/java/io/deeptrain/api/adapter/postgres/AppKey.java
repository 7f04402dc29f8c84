package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.Tenant;
import java.io.Serializable;

/** The primary key of {@code app}. Hibernate reads it by the names of the entity's fields. */
record AppKey(String userId, String appId) implements Serializable {
    static AppKey of(Tenant tenant) {
        return new AppKey(tenant.userId(), tenant.appId());
    }
}
