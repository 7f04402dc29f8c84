package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.access.Scope;
import io.deeptrain.api.adapter.door.Caller;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A row of {@code api_key}. */
@Entity
@Table(name = "api_key")
@SuppressWarnings("NullAway.Init") // Hibernate fills it.
class KeyEntity {
    @Id
    @Column(name = "key_hash")
    private String keyHash;

    @Column(insertable = false, updatable = false)
    private long position;

    private String prefix;

    @Column(name = "user_id")
    private String userId;

    @Column(name = "app_id")
    private @Nullable String appId;

    private String description;

    @JdbcTypeCode(SqlTypes.ARRAY)
    private List<String> scopes;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "expires_at")
    private @Nullable Instant expiresAt;

    protected KeyEntity() {}

    KeyEntity(String keyHash, Keys.StoredKey key) {
        this.keyHash = keyHash;
        this.prefix = key.prefix();
        this.userId = key.owner().userId();
        this.appId = key.owner().appId().orElse(null);
        this.description = key.description();
        this.scopes =
                key.owner().scopes().stream().map(Scope::publicName).sorted().toList();
        this.createdAt = key.createdAt();
        this.expiresAt = key.expiresAt().orElse(null);
    }

    long position() {
        return position;
    }

    Keys.StoredKey toRecord() {
        Set<Scope> allowed =
                scopes.stream().flatMap(name -> Scope.named(name).stream()).collect(Collectors.toSet());
        return new Keys.StoredKey(
                prefix,
                new Caller(userId, Optional.ofNullable(appId)).within(allowed),
                description,
                createdAt,
                Optional.ofNullable(expiresAt));
    }
}
