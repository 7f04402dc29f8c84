package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The tables {@code input} and {@code label}. */
public final class Inputs {
    private static final String SELECT = """
            select i.input_id, i.object_key, i.sha256, i.size_bytes, i.url, i.metadata, i.created_at,
                   coalesce(array_agg(l.concept_id order by l.concept_id) filter (where l.positive), '{}'),
                   coalesce(array_agg(l.concept_id order by l.concept_id) filter (where not l.positive), '{}')
            from input i
            left join label l on (l.user_id, l.app_id, l.input_id) = (i.user_id, i.app_id, i.input_id)
            where i.user_id = ? and i.app_id = ? %s
            group by i.user_id, i.app_id, i.input_id
            order by i.position
            """;

    private Inputs() {}

    /** Adds the images whose id is not taken, with their labels, in one statement each; answers the ids of those. */
    public static Set<String> insert(Connection connection, Tenant tenant, List<LabelledImage> images)
            throws SQLException {
        Map<String, LabelledImage> byId = new LinkedHashMap<>();
        images.forEach(image -> byId.putIfAbsent(image.id(), image));
        Collection<LabelledImage> distinct = byId.values();
        Set<String> added = new TreeSet<>(Sql.list(
                connection,
                """
                insert into input (user_id, app_id, input_id, object_key, sha256, size_bytes, url, metadata, created_at)
                select ?, ?, new.* from unnest(?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::jsonb[],
                                               ?::timestamptz[]) new
                on conflict do nothing returning input_id
                """,
                row -> row.getString(1),
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, distinct.stream().map(LabelledImage::id).toList()),
                Sql.texts(
                        connection,
                        distinct.stream().map(image -> image.image().key()).toList()),
                Sql.texts(
                        connection,
                        distinct.stream().map(image -> image.image().sha256()).toList()),
                Sql.texts(
                        connection,
                        distinct.stream()
                                .map(image -> Long.toString(image.image().sizeBytes()))
                                .toList()),
                Sql.texts(connection, distinct.stream().map(LabelledImage::url).toList()),
                Sql.texts(
                        connection,
                        distinct.stream().map(LabelledImage::metadata).toList()),
                Sql.texts(
                        connection,
                        distinct.stream()
                                .map(image -> image.createdAt().toString())
                                .toList())));
        List<String> labelled = new ArrayList<>();
        List<String> concepts = new ArrayList<>();
        List<String> positives = new ArrayList<>();
        for (LabelledImage image : distinct) {
            if (added.contains(image.id())) {
                for (Label label : image.labels()) {
                    labelled.add(image.id());
                    concepts.add(label.conceptId());
                    positives.add(Boolean.toString(label.positive()));
                }
            }
        }
        Sql.update(
                connection,
                """
                insert into label (user_id, app_id, input_id, concept_id, positive)
                select ?, ?, new.* from unnest(?::text[], ?::text[], ?::boolean[]) new
                """,
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, labelled),
                Sql.texts(connection, concepts),
                Sql.texts(connection, positives));
        return added;
    }

    public static List<LabelledImage> list(Connection connection, Tenant tenant, Page page) throws SQLException {
        return Sql.list(
                connection,
                SELECT.formatted("") + "offset ? limit ?",
                Inputs::read,
                tenant.userId(),
                tenant.appId(),
                page.offset(),
                page.size());
    }

    public static List<LabelledImage> find(Connection connection, Tenant tenant, Collection<String> ids)
            throws SQLException {
        return Sql.list(
                connection,
                SELECT.formatted("and i.input_id = any(?)"),
                Inputs::read,
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, ids));
    }

    public static Optional<LabelledImage> find(Connection connection, Tenant tenant, String id) throws SQLException {
        return find(connection, tenant, List.of(id)).stream().findFirst();
    }

    /** All images that are labelled with any of the concepts, in the order of their creation. */
    public static List<LabelledImage> labelledWith(Connection connection, Tenant tenant, Collection<String> concepts)
            throws SQLException {
        return Sql.list(
                connection,
                SELECT.formatted("""
                        and exists (select 1 from label any_label
                                    where (any_label.user_id, any_label.app_id, any_label.input_id)
                                        = (i.user_id, i.app_id, i.input_id) and any_label.concept_id = any(?))
                        """),
                Inputs::read,
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, concepts));
    }

    public static long count(Connection connection, Tenant tenant) throws SQLException {
        return Sql.first(
                        connection,
                        "select count(*) from input where user_id = ? and app_id = ?",
                        row -> row.getLong(1),
                        tenant.userId(),
                        tenant.appId())
                .orElseThrow();
    }

    /** Their bytes stay: other inputs, and the manifests of earlier trainings, may name the same object. */
    public static int delete(Connection connection, Tenant tenant, Collection<String> ids) throws SQLException {
        return Sql.update(
                connection,
                "delete from input where user_id = ? and app_id = ? and input_id = any(?)",
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, ids));
    }

    public static void deleteAll(Connection connection, Tenant tenant) throws SQLException {
        Sql.update(connection, "delete from input where user_id = ? and app_id = ?", tenant.userId(), tenant.appId());
    }

    private static LabelledImage read(ResultSet row) throws SQLException {
        List<Label> labels = new ArrayList<>();
        for (String concept : (String[]) row.getArray(8).getArray()) {
            labels.add(new Label(concept, true));
        }
        for (String concept : (String[]) row.getArray(9).getArray()) {
            labels.add(new Label(concept, false));
        }
        return new LabelledImage(
                row.getString(1),
                new StoredObject(row.getString(2), row.getString(3), row.getLong(4)),
                row.getString(5),
                row.getString(6),
                labels,
                Sql.instant(row, 7));
    }
}
