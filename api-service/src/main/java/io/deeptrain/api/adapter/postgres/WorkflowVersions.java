package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.postgres.Workflows.StoredWorkflow;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/** The table {@code workflow_version}: what workflows were. */
public final class WorkflowVersions {
    /** Of a workflow; older ones are forgotten. */
    public static final int KEPT_MAX = 100;

    private static final String COLUMNS = "user_id, app_id, workflow_id, version_id, document, created_at";

    private WorkflowVersions() {}

    /** Keeps a workflow as it is now, whose row is there. */
    public static void insert(Connection connection, StoredWorkflow workflow) throws SQLException {
        Tenant tenant = workflow.tenant();
        Sql.update(
                connection,
                "insert into workflow_version (%s) values (?, ?, ?, ?, ?, ?)".formatted(COLUMNS),
                tenant.userId(),
                tenant.appId(),
                workflow.id(),
                workflow.revisionId(),
                workflow.document(),
                workflow.modifiedAt());
        Sql.update(
                connection,
                """
                delete from workflow_version
                where user_id = ? and app_id = ? and workflow_id = ? and position <= (
                    select position from workflow_version
                    where user_id = ? and app_id = ? and workflow_id = ? order by position desc offset ? limit 1)
                """,
                tenant.userId(),
                tenant.appId(),
                workflow.id(),
                tenant.userId(),
                tenant.appId(),
                workflow.id(),
                KEPT_MAX);
    }

    /** The workflow as it was in a version of it. */
    public static Optional<StoredWorkflow> find(
            Connection connection, Tenant tenant, String workflowId, String versionId) throws SQLException {
        return Sql.first(
                connection,
                "select %s from workflow_version where user_id = ? and app_id = ? and workflow_id = ? and version_id = ?"
                        .formatted(COLUMNS),
                WorkflowVersions::read,
                tenant.userId(),
                tenant.appId(),
                workflowId,
                versionId);
    }

    /** The oldest first. */
    public static Slice<StoredWorkflow> list(Connection connection, Tenant tenant, String workflowId, Page page)
            throws SQLException {
        return Slice.read(
                connection,
                page,
                """
                select %s, position from workflow_version
                where user_id = ? and app_id = ? and workflow_id = ? and position > ?
                order by position offset ? limit ?
                """.formatted(COLUMNS),
                WorkflowVersions::read,
                tenant.userId(),
                tenant.appId(),
                workflowId,
                page.above(),
                page.offset(),
                page.size());
    }

    public static void delete(Connection connection, Tenant tenant, String workflowId, Collection<String> versionIds)
            throws SQLException {
        Sql.update(connection, """
                delete from workflow_version
                where user_id = ? and app_id = ? and workflow_id = ? and version_id = any(?)
                """, tenant.userId(), tenant.appId(), workflowId, Sql.texts(connection, versionIds));
    }

    private static StoredWorkflow read(ResultSet row) throws SQLException {
        Instant createdAt = Sql.instant(row, 6);
        return new StoredWorkflow(
                new Tenant(row.getString(1), row.getString(2)),
                row.getString(3),
                row.getString(4),
                row.getBytes(5),
                createdAt,
                createdAt);
    }
}
