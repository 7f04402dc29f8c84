package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.ModelVersionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;

/** The table {@code model_export}. */
public final class Exports {
    private Exports() {}

    /** False if this version's model was asked for before. */
    public static boolean insert(Connection connection, ModelVersionId version, Instant now) throws SQLException {
        return Sql.update(
                        connection,
                        "insert into model_export (version_id, created_at) values (?, ?) on conflict do nothing",
                        version.value(),
                        now)
                == 1;
    }

    public static boolean exists(Connection connection, ModelVersionId version) throws SQLException {
        return Sql.first(
                        connection,
                        "select 1 from model_export where version_id = ?",
                        row -> row.getInt(1),
                        version.value())
                .isPresent();
    }
}
