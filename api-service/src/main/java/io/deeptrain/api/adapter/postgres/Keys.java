package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Paging.Mark;
import io.deeptrain.event.Tenant;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/** The keys that open this service. What is kept of a key cannot open it. */
@ApplicationScoped
public class Keys {
    private static final int PREFIX_LENGTH = 12;
    private static final Sort IN_ORDER = Sort.by("position");

    private final Rows rows;

    Keys(Rows rows) {
        this.rows = rows;
    }

    /** A key without its secret. */
    public record StoredKey(
            String prefix, Caller owner, String description, Instant createdAt, Optional<Instant> expiresAt) {
        public boolean isExpired(Instant now) {
            return expiresAt.filter(end -> !now.isBefore(end)).isPresent();
        }
    }

    @ApplicationScoped
    static class Rows implements PanacheRepositoryBase<KeyEntity, String> {}

    /** Keeps a key, unless it is kept already. */
    @Transactional
    public StoredKey keep(String secret, Caller owner, String description, Instant now, Optional<Instant> expiresAt) {
        StoredKey key = new StoredKey(prefixOf(secret), owner, description, now, expiresAt);
        if (rows.findByIdOptional(hashOf(secret)).isEmpty()) {
            rows.persist(new KeyEntity(hashOf(secret), key));
        }
        return key;
    }

    /** Asked with every call: one row is read, which needs no transaction around it. */
    @Transactional(Transactional.TxType.SUPPORTS)
    public Optional<StoredKey> find(String secret) {
        return rows.findByIdOptional(hashOf(secret)).map(KeyEntity::toRecord);
    }

    @Transactional
    public Slice<StoredKey> of(String userId, Page page) {
        return listed(rows.find("userId = ?1 and position > ?2", IN_ORDER, userId, page.above()), page);
    }

    /** The keys that open this one app. */
    @Transactional
    public Slice<StoredKey> of(Tenant app, Page page) {
        return listed(
                rows.find(
                        "userId = ?1 and appId = ?2 and position > ?3",
                        IN_ORDER,
                        app.userId(),
                        app.appId(),
                        page.above()),
                page);
    }

    private static Slice<StoredKey> listed(PanacheQuery<KeyEntity> found, Page page) {
        return Slice.of(
                found.range(page.firstRow(), page.lastRow()).stream(),
                page,
                KeyEntity::toRecord,
                key -> Mark.at(key.position()));
    }

    /** Forgets a key of the user, given by its secret or its prefix; false if there is none. */
    @Transactional
    public boolean forget(String userId, String secretOrPrefix) {
        return rows.delete(
                        "userId = ?1 and (keyHash = ?2 or prefix = ?3)", userId, hashOf(secretOrPrefix), secretOrPrefix)
                > 0;
    }

    private static String prefixOf(String secret) {
        return secret.substring(0, Math.min(PREFIX_LENGTH, secret.length()));
    }

    /** A key is 128 random bits, so that a plain hash is as good as a slow one. */
    private static String hashOf(String secret) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
