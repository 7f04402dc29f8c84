package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The table {@code app}. */
public final class Apps {
    private static final String COLUMNS = "user_id, app_id, name, description, default_workflow_id, created_at";

    private Apps() {}

    /** An app as it is kept. */
    public record StoredApp(
            Tenant tenant, String name, String description, String defaultWorkflowId, Instant createdAt) {}

    /** False if there is one with this id. */
    public static boolean insert(Connection connection, StoredApp app) throws SQLException {
        return Sql.update(
                        connection,
                        "insert into app (%s) values (?, ?, ?, ?, ?, ?) on conflict do nothing".formatted(COLUMNS),
                        app.tenant().userId(),
                        app.tenant().appId(),
                        app.name(),
                        app.description(),
                        app.defaultWorkflowId(),
                        app.createdAt())
                == 1;
    }

    public static Optional<StoredApp> find(Connection connection, Tenant tenant) throws SQLException {
        return Sql.first(
                connection,
                "select %s from app where user_id = ? and app_id = ?".formatted(COLUMNS),
                Apps::read,
                tenant.userId(),
                tenant.appId());
    }

    public static List<StoredApp> list(Connection connection, String userId, Page page) throws SQLException {
        return Sql.list(
                connection,
                "select %s from app where user_id = ? order by created_at, app_id offset ? limit ?".formatted(COLUMNS),
                Apps::read,
                userId,
                page.offset(),
                page.size());
    }

    /** Deletes the app with its inputs, concepts, models and keys. Its versions are cancelled by the caller before. */
    public static void delete(Connection connection, Tenant tenant) throws SQLException {
        Sql.update(connection, "delete from app where user_id = ? and app_id = ?", tenant.userId(), tenant.appId());
    }

    private static StoredApp read(ResultSet row) throws SQLException {
        return new StoredApp(
                new Tenant(row.getString(1), row.getString(2)),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                Sql.instant(row, 6));
    }
}
