package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.model.SoughtTypes;
import io.deeptrain.api.search.NamePattern;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.Tenant;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The table {@code model}. */
public final class Models {
    private static final String COLUMNS =
            "user_id, app_id, model_id, model_type_id, name, document, created_at, modified_at";

    private Models() {}

    /** A model as it is kept. {@code document} is what was posted and patched, in the contract's encoding. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
    public record StoredModel(
            Tenant tenant,
            ModelId id,
            String modelTypeId,
            String name,
            byte[] document,
            Instant createdAt,
            Instant modifiedAt) {}

    /**
     * Which models are looked for.
     *
     * @param appId nothing for all of the user's apps
     */
    public record Sought(
            String userId, Optional<String> appId, SoughtTypes types, boolean trainedOnly, NamePattern name) {}

    /** False if there is one with this id. */
    public static boolean insert(Connection connection, StoredModel model) throws SQLException {
        return Sql.update(
                        connection,
                        "insert into model (%s) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing"
                                .formatted(COLUMNS),
                        model.tenant().userId(),
                        model.tenant().appId(),
                        model.id().value(),
                        model.modelTypeId(),
                        model.name(),
                        model.document(),
                        model.createdAt(),
                        model.modifiedAt())
                == 1;
    }

    public static Optional<StoredModel> find(Connection connection, Tenant tenant, String id) throws SQLException {
        return find(connection, tenant, id, "");
    }

    /** Holds the row until the end of the transaction, so that nobody deletes the model meanwhile. */
    public static Optional<StoredModel> hold(Connection connection, Tenant tenant, String id) throws SQLException {
        return find(connection, tenant, id, "for key share");
    }

    /** Holds the row until the end of the transaction, so that nobody adds a version meanwhile. */
    public static Optional<StoredModel> lock(Connection connection, Tenant tenant, String id) throws SQLException {
        return find(connection, tenant, id, "for update");
    }

    private static Optional<StoredModel> find(Connection connection, Tenant tenant, String id, String locking)
            throws SQLException {
        return Sql.first(
                connection,
                "select %s from model where user_id = ? and app_id = ? and model_id = ? %s".formatted(COLUMNS, locking),
                Models::read,
                tenant.userId(),
                tenant.appId(),
                id);
    }

    /** Locks all models of an app. */
    public static List<ModelId> lockAll(Connection connection, Tenant tenant) throws SQLException {
        return Sql.list(
                connection,
                "select model_id from model where user_id = ? and app_id = ? order by position for update",
                row -> new ModelId(row.getString(1)),
                tenant.userId(),
                tenant.appId());
    }

    /** Keeps what was changed of a model that is there. */
    public static void update(Connection connection, StoredModel model) throws SQLException {
        Sql.update(
                connection,
                """
                update model set name = ?, document = ?, modified_at = ?
                where user_id = ? and app_id = ? and model_id = ?
                """,
                model.name(),
                model.document(),
                model.modifiedAt(),
                model.tenant().userId(),
                model.tenant().appId(),
                model.id().value());
    }

    /** In the order of their creation. */
    public static List<StoredModel> list(Connection connection, Sought sought, Page page) throws SQLException {
        Array types = Sql.texts(connection, sought.types().ids());
        return Sql.list(
                connection,
                """
                select %s from model
                where user_id = ? and (?::text is null or app_id = ?)
                  and (cardinality(?::text[]) = 0 or model_type_id = any(?))
                  and (name ilike ? or model_id ilike ?)
                  and (not ? or exists (
                      select 1 from model_version v
                      where (v.user_id, v.app_id, v.model_id) = (model.user_id, model.app_id, model.model_id)
                        and v.deleted_at is null and v.state->>'kind' = 'trained'))
                  and position > ?
                order by position offset ? limit ?
                """.formatted(COLUMNS),
                Models::read,
                sought.userId(),
                sought.appId().orElse(null),
                sought.appId().orElse(null),
                types,
                types,
                sought.name().ofLike(),
                sought.name().ofLike(),
                sought.trainedOnly(),
                page.above(),
                page.offset(),
                page.size());
    }

    /** Where a model stands in {@link #list}. */
    public static long position(Connection connection, StoredModel model) throws SQLException {
        return Sql.first(
                        connection,
                        "select position from model where user_id = ? and app_id = ? and model_id = ?",
                        row -> row.getLong(1),
                        model.tenant().userId(),
                        model.tenant().appId(),
                        model.id().value())
                .orElseThrow();
    }

    /** Its versions are deleted by the caller before. */
    public static void delete(Connection connection, Tenant tenant, ModelId id) throws SQLException {
        Sql.update(
                connection,
                "delete from model where user_id = ? and app_id = ? and model_id = ?",
                tenant.userId(),
                tenant.appId(),
                id.value());
    }

    private static StoredModel read(ResultSet row) throws SQLException {
        return new StoredModel(
                new Tenant(row.getString(1), row.getString(2)),
                new ModelId(row.getString(3)),
                row.getString(4),
                row.getString(5),
                row.getBytes(6),
                Sql.instant(row, 7),
                Sql.instant(row, 8));
    }
}
