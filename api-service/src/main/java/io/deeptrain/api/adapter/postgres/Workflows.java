package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Paging.Mark;
import io.deeptrain.api.search.NamePattern;
import io.deeptrain.event.Tenant;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.panache.common.Parameters;
import io.quarkus.panache.common.Sort;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import org.hibernate.exception.ConstraintViolationException;

/** The table {@code workflow}. To be called in a transaction. */
public final class Workflows {
    private static final Sort IN_ORDER = Sort.by("position");

    private Workflows() {}

    /**
     * A workflow as it is kept.
     *
     * @param revisionId new with every change of the nodes
     * @param document what was posted and patched, in the contract's encoding
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
    public record StoredWorkflow(
            Tenant tenant, String id, String revisionId, byte[] document, Instant createdAt, Instant modifiedAt) {}

    /** False if there is one with this id; the transaction can then only be given up. */
    public static boolean insert(StoredWorkflow workflow) {
        try {
            new WorkflowEntity(workflow).persistAndFlush();
            return true;
        } catch (ConstraintViolationException taken) {
            return false;
        }
    }

    public static Optional<StoredWorkflow> find(Tenant tenant, String id) {
        return WorkflowEntity.<WorkflowEntity>findByIdOptional(WorkflowKey.of(tenant, id))
                .map(WorkflowEntity::toRecord);
    }

    /** The workflow, held until the end of the transaction. */
    public static Optional<StoredWorkflow> lock(Tenant tenant, String id) {
        return WorkflowEntity.<WorkflowEntity>findByIdOptional(
                        WorkflowKey.of(tenant, id), LockModeType.PESSIMISTIC_WRITE)
                .map(WorkflowEntity::toRecord);
    }

    /** Keeps what was changed of a workflow that is there. */
    public static void update(StoredWorkflow workflow) {
        WorkflowEntity.<WorkflowEntity>findById(WorkflowKey.of(workflow.tenant(), workflow.id()))
                .take(workflow);
    }

    /**
     * In the order of their creation.
     *
     * @param appId nothing for all of the user's apps
     */
    public static Slice<StoredWorkflow> list(String userId, Optional<String> appId, NamePattern id, Page page) {
        Parameters parameters =
                Parameters.with("userId", userId).and("id", id.ofLike()).and("above", page.above());
        String query = "userId = :userId and workflowId ilike :id escape '\\' and position > :above";
        PanacheQuery<WorkflowEntity> found = appId.isPresent()
                ? WorkflowEntity.find(query + " and appId = :appId", IN_ORDER, parameters.and("appId", appId.get()))
                : WorkflowEntity.find(query, IN_ORDER, parameters);
        return Slice.of(
                found.range(page.firstRow(), page.lastRow()).stream(),
                page,
                WorkflowEntity::toRecord,
                workflow -> Mark.at(workflow.position));
    }

    /** Answers how many there were. */
    public static long delete(Tenant tenant, Collection<String> ids) {
        return ids.isEmpty()
                ? 0
                : WorkflowEntity.delete(
                        "userId = ?1 and appId = ?2 and workflowId in ?3", tenant.userId(), tenant.appId(), ids);
    }

    public static void deleteAll(Tenant tenant) {
        WorkflowEntity.delete("userId = ?1 and appId = ?2", tenant.userId(), tenant.appId());
    }
}
