package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.evaluation.Evaluation.Summary;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The table {@code evaluation}. An evaluation of a version that was deleted is not found. */
public final class Evaluations {
    private static final String SELECT = """
            select e.evaluation_id, e.version_id, e.user_id, e.app_id, e.model_id, e.summary, e.created_at, e.position
            from evaluation e
            join model_version v on v.version_id = e.version_id and v.deleted_at is null
            join model m on (m.user_id, m.app_id, m.model_id) = (e.user_id, e.app_id, e.model_id)
            """;

    private Evaluations() {}

    /** An evaluation as it is kept. */
    public record StoredEvaluation(
            String id, ModelVersionId versionId, Tenant tenant, ModelId modelId, Summary summary, Instant createdAt) {}

    /** False if this version has one. */
    public static boolean insert(Connection connection, String id, StoredVersion version, Summary summary, Instant now)
            throws SQLException {
        return Sql.update(
                        connection,
                        """
                insert into evaluation (evaluation_id, version_id, user_id, app_id, model_id, summary, created_at)
                values (?, ?, ?, ?, ?, ?::jsonb, ?) on conflict do nothing
                """,
                        id,
                        version.id().value(),
                        version.tenant().userId(),
                        version.tenant().appId(),
                        version.modelId().value(),
                        StateJson.write(summary),
                        now)
                == 1;
    }

    public static Optional<StoredEvaluation> find(Connection connection, Tenant tenant, String id) throws SQLException {
        return Sql.first(
                connection,
                SELECT + "where e.user_id = ? and e.app_id = ? and e.evaluation_id = ?",
                Evaluations::read,
                tenant.userId(),
                tenant.appId(),
                id);
    }

    /** The evaluation of a version. */
    public static Optional<StoredEvaluation> of(Connection connection, ModelVersionId version) throws SQLException {
        return Sql.first(connection, SELECT + "where e.version_id = ?", Evaluations::read, version.value());
    }

    /**
     * In the order in which they were asked for.
     *
     * @param appId nothing for all of the user's apps
     * @param modelTypeId empty for all
     */
    public static Slice<StoredEvaluation> list(
            Connection connection, String userId, Optional<String> appId, String modelTypeId, Page page)
            throws SQLException {
        return Slice.read(
                connection,
                page,
                SELECT + """
                where e.user_id = ? and (?::text is null or e.app_id = ?) and (? = '' or m.model_type_id = ?)
                  and e.position > ?
                order by e.position offset ? limit ?
                """,
                Evaluations::read,
                userId,
                appId.orElse(null),
                appId.orElse(null),
                modelTypeId,
                modelTypeId,
                page.above(),
                page.offset(),
                page.size());
    }

    private static StoredEvaluation read(ResultSet row) throws SQLException {
        return new StoredEvaluation(
                row.getString(1),
                new ModelVersionId(row.getString(2)),
                new Tenant(row.getString(3), row.getString(4)),
                new ModelId(row.getString(5)),
                StateJson.read(row.getString(6), Summary.class),
                Sql.instant(row, 7));
    }
}
