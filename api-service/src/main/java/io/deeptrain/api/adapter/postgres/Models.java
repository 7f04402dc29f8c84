package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.ModelId;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The table {@code model}. */
public final class Models {
    private static final String COLUMNS = "user_id, app_id, model_id, model_type_id, document, created_at";

    private Models() {}

    /** A model as it is kept. {@code document} is what was posted, in the contract's encoding. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
    public record StoredModel(Tenant tenant, ModelId id, String modelTypeId, byte[] document, Instant createdAt) {}

    /** False if there is one with this id. */
    public static boolean insert(Connection connection, StoredModel model) throws SQLException {
        return Sql.update(
                        connection,
                        "insert into model (%s) values (?, ?, ?, ?, ?, ?) on conflict do nothing".formatted(COLUMNS),
                        model.tenant().userId(),
                        model.tenant().appId(),
                        model.id().value(),
                        model.modelTypeId(),
                        model.document(),
                        model.createdAt())
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

    /** @param modelTypeId empty for all */
    @SuppressWarnings("MissingSummary") // The name says it.
    public static List<StoredModel> list(Connection connection, Tenant tenant, String modelTypeId, Page page)
            throws SQLException {
        return Sql.list(
                connection,
                """
                select %s from model where user_id = ? and app_id = ? and (? = '' or model_type_id = ?)
                order by position offset ? limit ?
                """.formatted(COLUMNS),
                Models::read,
                tenant.userId(),
                tenant.appId(),
                modelTypeId,
                modelTypeId,
                page.offset(),
                page.size());
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
                row.getBytes(5),
                Sql.instant(row, 6));
    }
}
