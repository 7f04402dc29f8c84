package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Paging.Mark;
import io.deeptrain.event.Tenant;
import io.quarkus.panache.common.Sort;
import jakarta.persistence.EntityExistsException;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Optional;
import org.hibernate.exception.ConstraintViolationException;

/** The table {@code app}. To be called in a transaction. */
public final class Apps {
    private Apps() {}

    /**
     * An app as it is kept.
     *
     * @param metadata JSON
     */
    public record StoredApp(
            Tenant tenant,
            String name,
            String description,
            String defaultWorkflowId,
            String notes,
            String metadata,
            Instant createdAt,
            Instant modifiedAt) {}

    /** False if there is one with this id; the transaction can then only be given up. */
    public static boolean insert(StoredApp app) {
        try {
            new AppEntity(app).persistAndFlush();
            return true;
        } catch (ConstraintViolationException | EntityExistsException taken) {
            return false;
        }
    }

    public static Optional<StoredApp> find(Tenant tenant) {
        return AppEntity.<AppEntity>findByIdOptional(AppKey.of(tenant)).map(AppEntity::toRecord);
    }

    /** The app, held until the end of the transaction. */
    public static Optional<StoredApp> lock(Tenant tenant) {
        return AppEntity.<AppEntity>findByIdOptional(AppKey.of(tenant), LockModeType.PESSIMISTIC_WRITE)
                .map(AppEntity::toRecord);
    }

    /** Keeps what was changed of an app that is there. */
    public static void update(StoredApp app) {
        AppEntity.<AppEntity>findById(AppKey.of(app.tenant())).take(app);
    }

    /** In the order of their creation. */
    public static Slice<StoredApp> list(String userId, Page page) {
        return Slice.of(
                AppEntity.<AppEntity>find("userId = ?1 and position > ?2", Sort.by("position"), userId, page.above())
                        .range(page.firstRow(), page.lastRow())
                        .stream(),
                page,
                AppEntity::toRecord,
                app -> Mark.at(app.position));
    }

    /** Deletes the app with its inputs, concepts, models and keys. Its versions are cancelled by the caller before. */
    public static void delete(Tenant tenant) {
        AppEntity.deleteById(AppKey.of(tenant));
    }
}
