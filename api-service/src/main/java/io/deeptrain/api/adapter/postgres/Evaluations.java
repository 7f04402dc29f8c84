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
import java.util.Collection;
import java.util.Optional;

/** The table {@code evaluation}. An evaluation of a version that was deleted is not found. */
public final class Evaluations {
    /** So many of an app may wait at a time. */
    public static final int QUEUED_MAX = 32;

    private static final String COLUMNS = """
            e.evaluation_id, e.version_id, e.user_id, e.app_id, e.model_id, e.summary, e.created_at, e.dataset_id,
            e.dataset_version_id, e.images_key, e.report_key, e.remark, e.failed, e.position""";

    private static final String SELECT = """
            select %s
            from evaluation e
            join model_version v on v.version_id = e.version_id and v.deleted_at is null
            join model m on (m.user_id, m.app_id, m.model_id) = (e.user_id, e.app_id, e.model_id)
            """.formatted(COLUMNS);

    private static final String TO_MAKE = "e.summary is null and not e.failed";

    private Evaluations() {}

    /** An evaluation as it is kept. */
    public record StoredEvaluation(
            String id,
            ModelVersionId versionId,
            Tenant tenant,
            ModelId modelId,
            Images images,
            Progress progress,
            Instant createdAt) {}

    /** On what is measured. */
    public sealed interface Images {
        /** What the training kept back, and measured itself. */
        record OfTraining() implements Images {}

        /**
         * A dataset as it was when the evaluation was asked for.
         *
         * @param versionId empty if the dataset was named alone
         * @param key where its labelled images lie
         */
        record OfDataset(String datasetId, String versionId, String key) implements Images {}
    }

    /** How far it is. */
    public sealed interface Progress {
        record Queued() implements Progress {}

        /**
         * It is there.
         *
         * @param reportKey empty if the training left it beside its model
         * @param remark for the tenant; empty if there is nothing to say
         */
        record Made(Summary summary, String reportKey, String remark) implements Progress {}

        record Failed(String reason) implements Progress {}
    }

    /** False if this version has one on what its training kept back. */
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

    /** Asks for one on a dataset. */
    public static void insert(
            Connection connection, String id, StoredVersion version, Images.OfDataset images, Instant now)
            throws SQLException {
        Sql.update(
                connection,
                """
                insert into evaluation (evaluation_id, version_id, user_id, app_id, model_id, dataset_id,
                  dataset_version_id, images_key, created_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                id,
                version.id().value(),
                version.tenant().userId(),
                version.tenant().appId(),
                version.modelId().value(),
                images.datasetId(),
                images.versionId(),
                images.key(),
                now);
    }

    /** How many of an app wait. */
    public static long queued(Connection connection, Tenant tenant) throws SQLException {
        return Sql.first(
                        connection,
                        "select count(*) from evaluation e where e.user_id = ? and e.app_id = ? and " + TO_MAKE,
                        row -> row.getLong(1),
                        tenant.userId(),
                        tenant.appId())
                .orElse(0L);
    }

    /**
     * Takes one that waits, and that nobody worked on lately; the one that was left alone for longest.
     *
     * @param idleSince whoever worked on it before this is gone
     */
    public static Optional<StoredEvaluation> take(Connection connection, Instant idleSince, Instant now)
            throws SQLException {
        return Sql.first(connection, """
                update evaluation e set worked_at = ?
                where e.evaluation_id = (
                  select e.evaluation_id from evaluation e
                  join model_version v on v.version_id = e.version_id and v.deleted_at is null
                  where %s and e.worked_at < ?
                  order by e.worked_at, e.position limit 1 for update of e skip locked)
                returning %s
                """.formatted(TO_MAKE, COLUMNS), Evaluations::read, now, idleSince);
    }

    /** Says that somebody works on it; false if it is not wanted any more, or made by another. */
    public static boolean touch(Connection connection, StoredEvaluation evaluation, Instant now) throws SQLException {
        return Sql.update(connection, """
                update evaluation e set worked_at = ?
                from model_version v
                where e.evaluation_id = ? and v.version_id = e.version_id and v.deleted_at is null and %s
                """.formatted(TO_MAKE), now, evaluation.id()) == 1;
    }

    /** Others may work on it, after those that were left alone for longer. */
    public static void putOff(Connection connection, StoredEvaluation evaluation, Instant idleSince)
            throws SQLException {
        Sql.update(
                connection, "update evaluation set worked_at = ? where evaluation_id = ?", idleSince, evaluation.id());
    }

    /** Keeps what came of it; the first answer stays. */
    public static void finish(Connection connection, StoredEvaluation evaluation, Progress.Made made)
            throws SQLException {
        Sql.update(
                connection,
                "update evaluation e set summary = ?::jsonb, report_key = ?, remark = ? where e.evaluation_id = ? and "
                        + TO_MAKE,
                StateJson.write(made.summary()),
                made.reportKey(),
                made.remark(),
                evaluation.id());
    }

    /** Gives it up. */
    public static void fail(Connection connection, StoredEvaluation evaluation, String reason) throws SQLException {
        Sql.update(
                connection,
                "update evaluation e set failed = true, remark = ? where e.evaluation_id = ? and " + TO_MAKE,
                reason,
                evaluation.id());
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

    /** The evaluation of a version on what its training kept back. */
    public static Optional<StoredEvaluation> of(Connection connection, ModelVersionId version) throws SQLException {
        return Sql.first(
                connection,
                SELECT + "where e.version_id = ? and e.images_key = ''",
                Evaluations::read,
                version.value());
    }

    /**
     * In the order in which they were asked for.
     *
     * @param appId nothing for all of the user's apps
     * @param modelTypeId empty for all
     * @param datasetIds those on any of these datasets; empty for all
     */
    public static Slice<StoredEvaluation> list(
            Connection connection,
            String userId,
            Optional<String> appId,
            String modelTypeId,
            Collection<String> datasetIds,
            Page page)
            throws SQLException {
        return Slice.read(
                connection,
                page,
                SELECT + """
                where e.user_id = ? and (?::text is null or e.app_id = ?) and (? = '' or m.model_type_id = ?)
                  and (? or e.dataset_id = any(?)) and e.position > ?
                order by e.position offset ? limit ?
                """,
                Evaluations::read,
                userId,
                appId.orElse(null),
                appId.orElse(null),
                modelTypeId,
                modelTypeId,
                datasetIds.isEmpty(),
                Sql.texts(connection, datasetIds),
                page.above(),
                page.offset(),
                page.size());
    }

    private static StoredEvaluation read(ResultSet row) throws SQLException {
        return new StoredEvaluation(
                row.getString("evaluation_id"),
                new ModelVersionId(row.getString("version_id")),
                new Tenant(row.getString("user_id"), row.getString("app_id")),
                new ModelId(row.getString("model_id")),
                images(row),
                progress(row),
                Sql.instant(row, 7));
    }

    private static Images images(ResultSet row) throws SQLException {
        String key = row.getString("images_key");
        return key.isEmpty()
                ? new Images.OfTraining()
                : new Images.OfDataset(row.getString("dataset_id"), row.getString("dataset_version_id"), key);
    }

    private static Progress progress(ResultSet row) throws SQLException {
        String remark = row.getString("remark");
        if (row.getBoolean("failed")) {
            return new Progress.Failed(remark);
        }
        String summary = row.getString("summary");
        return summary == null
                ? new Progress.Queued()
                : new Progress.Made(StateJson.read(summary, Summary.class), row.getString("report_key"), remark);
    }
}
