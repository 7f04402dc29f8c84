package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Caller;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A row of {@code api_key}. */
@Entity
@Table(name = "api_key")
@SuppressWarnings("NullAway.Init") // Hibernate fills it.
class KeyEntity {
    @Id
    @Column(name = "key_hash")
    private String keyHash;

    private String prefix;

    @Column(name = "user_id")
    private String userId;

    @Column(name = "app_id")
    private @Nullable String appId;

    private String description;

    @Column(name = "created_at")
    private Instant createdAt;

    protected KeyEntity() {}

    KeyEntity(String keyHash, Keys.StoredKey key) {
        this.keyHash = keyHash;
        this.prefix = key.prefix();
        this.userId = key.owner().userId();
        this.appId = key.owner().appId().orElse(null);
        this.description = key.description();
        this.createdAt = key.createdAt();
    }

    Keys.StoredKey toRecord() {
        return new Keys.StoredKey(prefix, new Caller(userId, Optional.ofNullable(appId)), description, createdAt);
    }
}
