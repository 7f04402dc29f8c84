package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The table {@code concept}. */
public final class Concepts {
    private static final String COLUMNS = "concept_id, name, created_at";

    private Concepts() {}

    /** A concept as it is kept. */
    public record StoredConcept(String id, String name, Instant createdAt) {}

    /**
     * Adds those that are not there; answers whether all were new. In the order of ids, or two of these could wait for
     * each other.
     */
    public static boolean insert(Connection connection, Tenant tenant, Collection<StoredConcept> concepts)
            throws SQLException {
        boolean allNew = true;
        for (StoredConcept concept : concepts) {
            allNew &= Sql.update(
                            connection,
                            "insert into concept (user_id, app_id, %s) values (?, ?, ?, ?, ?) on conflict do nothing"
                                    .formatted(COLUMNS),
                            tenant.userId(),
                            tenant.appId(),
                            concept.id(),
                            concept.name(),
                            concept.createdAt())
                    == 1;
        }
        return allNew;
    }

    public static Optional<StoredConcept> find(Connection connection, Tenant tenant, String id) throws SQLException {
        return Sql.first(
                connection,
                "select %s from concept where user_id = ? and app_id = ? and concept_id = ?".formatted(COLUMNS),
                Concepts::read,
                tenant.userId(),
                tenant.appId(),
                id);
    }

    public static List<StoredConcept> list(Connection connection, Tenant tenant, Page page) throws SQLException {
        return Sql.list(
                connection,
                "select %s from concept where user_id = ? and app_id = ? order by created_at, concept_id offset ? limit ?"
                        .formatted(COLUMNS),
                Concepts::read,
                tenant.userId(),
                tenant.appId(),
                page.offset(),
                page.size());
    }

    private static StoredConcept read(ResultSet row) throws SQLException {
        return new StoredConcept(row.getString(1), row.getString(2), Sql.instant(row, 3));
    }
}
