package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.search.Embedding;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tables {@code embedding_index} and {@code input_embedding}: where inputs lie among each other. */
public final class EmbeddingIndexes {
    private static final String COLUMNS =
            "x.user_id, x.app_id, x.model_id, x.version_id, x.object_key, x.sha256, x.size_bytes";

    /** Of the inputs {@code i} of the index {@code x}. A video has no one place. */
    private static final String MISSING = """
            i.video is null and not exists (select 1 from input_embedding e
                        where (e.user_id, e.app_id, e.input_id) = (i.user_id, i.app_id, i.input_id)
                          and e.model_sha256 = x.sha256)
            """;

    private EmbeddingIndexes() {}

    /**
     * Which model places the inputs of an app.
     *
     * @param model the published model, as it is stored
     */
    public record StoredIndex(Tenant tenant, String modelId, String versionId, StoredObject model) {}

    /** An input that has no place yet. */
    public record Unplaced(String inputId, StoredObject image) {}

    /** How many inputs have a place, cannot have one, and wait for one. */
    public record Counts(long placed, long failed, long waiting) {}

    /** From here on the app's inputs are placed by this model. */
    public static void begin(Connection connection, StoredIndex index, Instant now) throws SQLException {
        Sql.update(
                connection,
                """
                insert into embedding_index (user_id, app_id, model_id, version_id, object_key, sha256, size_bytes,
                                             worked_at, created_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (user_id, app_id) do update
                set model_id = excluded.model_id, version_id = excluded.version_id, object_key = excluded.object_key,
                    sha256 = excluded.sha256, size_bytes = excluded.size_bytes, worked_at = excluded.worked_at
                """,
                index.tenant().userId(),
                index.tenant().appId(),
                index.modelId(),
                index.versionId(),
                index.model().key(),
                index.model().sha256(),
                index.model().sizeBytes(),
                Instant.EPOCH,
                now);
    }

    public static Optional<StoredIndex> find(Connection connection, Tenant tenant) throws SQLException {
        return Sql.first(
                connection,
                "select %s from embedding_index x where x.user_id = ? and x.app_id = ?".formatted(COLUMNS),
                EmbeddingIndexes::read,
                tenant.userId(),
                tenant.appId());
    }

    /**
     * An app whose inputs are not all placed and that nobody works on; whoever takes it works on it now.
     *
     * @param idleSince whoever has not said since that they work on it has stopped
     */
    public static Optional<StoredIndex> take(Connection connection, Instant idleSince, Instant now)
            throws SQLException {
        return Sql.first(connection, """
                update embedding_index x set worked_at = ?
                where (x.user_id, x.app_id) = (
                    select x.user_id, x.app_id from embedding_index x
                    where x.worked_at < ? and exists (
                        select 1 from input i where (i.user_id, i.app_id) = (x.user_id, x.app_id) and %s)
                    order by x.worked_at limit 1 for update skip locked)
                returning %s
                """.formatted(MISSING, COLUMNS), EmbeddingIndexes::read, now, idleSince);
    }

    /** Some of the inputs that are not placed, the oldest first. */
    public static List<Unplaced> unplaced(Connection connection, StoredIndex index, int max) throws SQLException {
        return Sql.list(
                connection,
                """
                select i.input_id, i.object_key, i.sha256, i.size_bytes
                from input i join embedding_index x on (x.user_id, x.app_id) = (i.user_id, i.app_id)
                where i.user_id = ? and i.app_id = ? and x.sha256 = ? and %s
                order by i.position limit ?
                """.formatted(MISSING),
                row -> new Unplaced(
                        row.getString(1), new StoredObject(row.getString(2), row.getString(3), row.getLong(4))),
                index.tenant().userId(),
                index.tenant().appId(),
                index.model().sha256(),
                max);
    }

    /**
     * Keeps where inputs lie, of those that are still there; the app is free for others to work on.
     *
     * @param embeddings by input; nothing for one that cannot be placed
     */
    public static void place(Connection connection, StoredIndex index, Map<String, Optional<Embedding>> embeddings)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into input_embedding (user_id, app_id, input_id, model_sha256, vector)
                select i.user_id, i.app_id, i.input_id, ?, ? from input i
                where i.user_id = ? and i.app_id = ? and i.input_id = ?
                for key share
                on conflict (user_id, app_id, input_id) do update
                set model_sha256 = excluded.model_sha256, vector = excluded.vector
                """)) {
            for (Map.Entry<String, Optional<Embedding>> entry : embeddings.entrySet()) {
                insert.setString(1, index.model().sha256());
                insert.setBytes(2, entry.getValue().map(Embedding::bytes).orElseGet(() -> new byte[0]));
                insert.setString(3, index.tenant().userId());
                insert.setString(4, index.tenant().appId());
                insert.setString(5, entry.getKey());
                insert.addBatch();
            }
            insert.executeBatch();
        }
        free(connection, index);
    }

    /** Others may work on the app. */
    public static void free(Connection connection, StoredIndex index) throws SQLException {
        Sql.update(
                connection,
                "update embedding_index set worked_at = ? where user_id = ? and app_id = ?",
                Instant.EPOCH,
                index.tenant().userId(),
                index.tenant().appId());
    }

    /** Where the index has an input. */
    public static Optional<Embedding> embedding(Connection connection, StoredIndex index, String inputId)
            throws SQLException {
        return Sql.first(
                connection,
                """
                select vector from input_embedding
                where user_id = ? and app_id = ? and input_id = ? and model_sha256 = ? and length(vector) > 0
                """,
                row -> Embedding.of(row.getBytes(1)),
                index.tenant().userId(),
                index.tenant().appId(),
                inputId,
                index.model().sha256());
    }

    /** All nothing where the app has no index. */
    public static Counts counts(Connection connection, Tenant tenant) throws SQLException {
        return Sql.first(
                        connection,
                        """
                        select count(e.input_id) filter (where length(e.vector) > 0),
                               count(e.input_id) filter (where length(e.vector) = 0),
                               count(*) filter (where e.input_id is null)
                        from embedding_index x
                        join input i on (i.user_id, i.app_id) = (x.user_id, x.app_id) and i.video is null
                        left join input_embedding e on (e.user_id, e.app_id, e.input_id) = (i.user_id, i.app_id, i.input_id)
                          and e.model_sha256 = x.sha256
                        where x.user_id = ? and x.app_id = ?
                        """,
                        row -> new Counts(row.getLong(1), row.getLong(2), row.getLong(3)),
                        tenant.userId(),
                        tenant.appId())
                .orElseThrow();
    }

    private static StoredIndex read(ResultSet row) throws SQLException {
        return new StoredIndex(
                new Tenant(row.getString(1), row.getString(2)),
                row.getString(3),
                row.getString(4),
                new StoredObject(row.getString(5), row.getString(6), row.getLong(7)));
    }
}
