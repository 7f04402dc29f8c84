package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

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

    /** The names of those that are there, by their ids. */
    public static Map<String, String> names(Connection connection, Tenant tenant, Collection<String> ids)
            throws SQLException {
        return Sql.list(
                        connection,
                        "select %s from concept where user_id = ? and app_id = ? and concept_id = any(?)"
                                .formatted(COLUMNS),
                        Concepts::read,
                        tenant.userId(),
                        tenant.appId(),
                        Sql.texts(connection, ids))
                .stream()
                .collect(Collectors.toMap(StoredConcept::id, StoredConcept::name));
    }

    /** The ids of those with this name. */
    public static List<String> named(Connection connection, Tenant tenant, String name) throws SQLException {
        return Sql.list(
                connection,
                "select concept_id from concept where user_id = ? and app_id = ? and name = ? order by concept_id",
                row -> row.getString(1),
                tenant.userId(),
                tenant.appId(),
                name);
    }

    /** Names a concept; false if there is none with this id. */
    public static boolean rename(Connection connection, Tenant tenant, String id, String name) throws SQLException {
        return Sql.update(
                        connection,
                        "update concept set name = ? where user_id = ? and app_id = ? and concept_id = ?",
                        name,
                        tenant.userId(),
                        tenant.appId(),
                        id)
                == 1;
    }

    /** Those whose name is like a pattern of {@code ilike}, in which a backslash takes the next character as it is. */
    public static Slice<StoredConcept> search(Connection connection, Tenant tenant, String pattern, Page page)
            throws SQLException {
        return Slice.read(
                connection,
                page,
                """
                select %s, position from concept where user_id = ? and app_id = ? and name ilike ?
                  and (? or (name, concept_id) > (
                      select c.name, c.concept_id from concept c
                      where (c.user_id, c.app_id, c.position) = (concept.user_id, concept.app_id, ?)))
                order by name, concept_id offset ? limit ?
                """.formatted(COLUMNS),
                Concepts::read,
                tenant.userId(),
                tenant.appId(),
                pattern,
                page.after().isEmpty(),
                page.above(),
                page.offset(),
                page.size());
    }

    /** In the order of their creation. */
    public static Slice<StoredConcept> list(Connection connection, Tenant tenant, Page page) throws SQLException {
        return Slice.read(
                connection,
                page,
                """
                select %s, position from concept
                where user_id = ? and app_id = ? and position > ? order by position offset ? limit ?
                """.formatted(COLUMNS),
                Concepts::read,
                tenant.userId(),
                tenant.appId(),
                page.above(),
                page.offset(),
                page.size());
    }

    private static StoredConcept read(ResultSet row) throws SQLException {
        return new StoredConcept(row.getString(1), row.getString(2), Sql.instant(row, 3));
    }
}
