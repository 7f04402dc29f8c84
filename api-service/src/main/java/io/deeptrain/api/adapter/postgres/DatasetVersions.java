package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Paging.Mark;
import io.deeptrain.api.dataset.DatasetCounts;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.quarkus.panache.common.Sort;
import jakarta.persistence.EntityExistsException;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import org.hibernate.exception.ConstraintViolationException;

/** The table {@code dataset_version}. To be called in a transaction. */
public final class DatasetVersions {
    private DatasetVersions() {}

    /**
     * A version of a dataset as it is kept. It never changes.
     *
     * @param metadata a JSON object of the tenant's own
     * @param visibility the number that the contract gives to it
     * @param content where its inputs lie; the hash of the content is the hash of the object
     */
    public record StoredDatasetVersion(
            String id,
            String datasetId,
            String description,
            String metadata,
            int visibility,
            StoredObject content,
            DatasetCounts counts,
            Instant createdAt) {}

    /** False if there is one with this id in the app; the transaction can then only be given up. */
    public static boolean insert(Tenant tenant, StoredDatasetVersion version) {
        try {
            new DatasetVersionEntity(tenant, version).persistAndFlush();
            return true;
        } catch (ConstraintViolationException | EntityExistsException taken) {
            return false;
        }
    }

    public static Optional<StoredDatasetVersion> find(Tenant tenant, String id) {
        return DatasetVersionEntity.<DatasetVersionEntity>findByIdOptional(DatasetVersionKey.of(tenant, id))
                .map(DatasetVersionEntity::toRecord);
    }

    /** In the order of their creation. */
    public static Slice<StoredDatasetVersion> list(Tenant tenant, String datasetId, Page page) {
        return Slice.of(
                DatasetVersionEntity.<DatasetVersionEntity>find(
                        "userId = ?1 and appId = ?2 and datasetId = ?3 and position > ?4",
                        Sort.by("position"),
                        tenant.userId(),
                        tenant.appId(),
                        datasetId,
                        page.above())
                        .range(page.firstRow(), page.lastRow())
                        .stream(),
                page,
                DatasetVersionEntity::toRecord,
                version -> Mark.at(version.position));
    }

    /** Its content stays: a version with the same content may name the same object. */
    public static void delete(Tenant tenant, String datasetId, Collection<String> ids) {
        if (!ids.isEmpty()) {
            DatasetVersionEntity.delete(
                    "userId = ?1 and appId = ?2 and datasetId = ?3 and versionId in ?4",
                    tenant.userId(),
                    tenant.appId(),
                    datasetId,
                    ids);
        }
    }
}
