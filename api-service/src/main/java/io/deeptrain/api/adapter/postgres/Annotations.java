package io.deeptrain.api.adapter.postgres;

import com.fasterxml.jackson.core.type.TypeReference;
import io.deeptrain.api.annotation.Annotation;
import io.deeptrain.api.annotation.Claim;
import io.deeptrain.api.input.Region;
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

/** The table {@code annotation}, and {@code label}, which follows from it. */
public final class Annotations {
    private static final String SELECT = """
            select annotation_id, input_id, input_level, claims, regions, info, created_at, modified_at, position
            from annotation
            where user_id = ? and app_id = ? %s
            order by position
            """;

    private static final TypeReference<List<Claim>> CLAIMS = new TypeReference<>() {};
    private static final TypeReference<List<Region>> REGIONS = new TypeReference<>() {};

    private Annotations() {}

    /** Which annotations a list is about; an empty collection is no condition. */
    public record Wanted(Collection<String> ids, Collection<String> inputIds) {
        public Wanted {
            ids = List.copyOf(ids);
            inputIds = List.copyOf(inputIds);
        }
    }

    public static Set<String> taken(Connection connection, Tenant tenant, Collection<String> ids) throws SQLException {
        return new TreeSet<>(Sql.list(
                connection,
                "select annotation_id from annotation where user_id = ? and app_id = ? and annotation_id = any(?)",
                row -> row.getString(1),
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, ids)));
    }

    public static Slice<Annotation> list(Connection connection, Tenant tenant, Wanted wanted, Page page)
            throws SQLException {
        return Slice.read(
                connection,
                page,
                SELECT.formatted("""
                        and (? or annotation_id = any(?)) and (? or input_id = any(?)) and position > ?
                        """) + "offset ? limit ?",
                Annotations::read,
                tenant.userId(),
                tenant.appId(),
                wanted.ids().isEmpty(),
                Sql.texts(connection, wanted.ids()),
                wanted.inputIds().isEmpty(),
                Sql.texts(connection, wanted.inputIds()),
                page.above(),
                page.offset(),
                page.size());
    }

    public static Optional<Annotation> find(Connection connection, Tenant tenant, String inputId, String id)
            throws SQLException {
        return Sql.first(
                connection,
                SELECT.formatted("and input_id = ? and annotation_id = ?"),
                Annotations::read,
                tenant.userId(),
                tenant.appId(),
                inputId,
                id);
    }

    public static List<Annotation> find(Connection connection, Tenant tenant, Collection<String> ids)
            throws SQLException {
        return Sql.list(
                connection,
                SELECT.formatted("and annotation_id = any(?)"),
                Annotations::read,
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, ids));
    }

    /** Those of each of the inputs, by the inputs' ids. */
    public static Map<String, List<Annotation>> of(Connection connection, Tenant tenant, Collection<String> inputIds)
            throws SQLException {
        Map<String, List<Annotation>> byInput = new LinkedHashMap<>();
        for (Annotation annotation : Sql.list(
                connection,
                SELECT.formatted("and input_id = any(?)"),
                Annotations::read,
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, inputIds))) {
            byInput.computeIfAbsent(annotation.inputId(), _ -> new ArrayList<>())
                    .add(annotation);
        }
        return byInput;
    }

    /** Adds or replaces; the labels are right again after {@link #relabel}. */
    public static void save(Connection connection, Tenant tenant, Collection<Annotation> annotations)
            throws SQLException {
        Sql.update(
                connection,
                """
                insert into annotation (user_id, app_id, annotation_id, input_id, input_level, claims, regions, info,
                                        created_at, modified_at)
                select ?, ?, new.* from unnest(?::text[], ?::text[], ?::boolean[], ?::jsonb[], ?::jsonb[], ?::jsonb[],
                                               ?::timestamptz[], ?::timestamptz[]) new
                on conflict (user_id, app_id, annotation_id) do update
                set claims = excluded.claims, regions = excluded.regions, info = excluded.info,
                    modified_at = excluded.modified_at
                """,
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, annotations, Annotation::id),
                Sql.texts(connection, annotations, Annotation::inputId),
                Sql.texts(connection, annotations, annotation -> Boolean.toString(annotation.inputLevel())),
                Sql.texts(connection, annotations, annotation -> StateJson.write(annotation.claims())),
                Sql.texts(connection, annotations, annotation -> StateJson.write(annotation.regions())),
                Sql.texts(connection, annotations, Annotation::info),
                Sql.texts(
                        connection,
                        annotations,
                        annotation -> annotation.createdAt().toString()),
                Sql.texts(
                        connection,
                        annotations,
                        annotation -> annotation.modifiedAt().toString()));
    }

    public static void delete(Connection connection, Tenant tenant, Collection<String> ids) throws SQLException {
        Sql.update(
                connection,
                "delete from annotation where user_id = ? and app_id = ? and annotation_id = any(?)",
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, ids));
    }

    /**
     * Makes the labels of inputs what their annotations say together: of all that is said of a concept the newest. To
     * be called with the inputs held, whenever what is said of them has changed.
     */
    public static void relabel(Connection connection, Tenant tenant, Collection<String> inputIds) throws SQLException {
        Sql.update(
                connection,
                "delete from label where user_id = ? and app_id = ? and input_id = any(?)",
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, inputIds));
        Sql.update(connection, """
                insert into label (user_id, app_id, input_id, concept_id, positive)
                select distinct on (a.input_id, c.claim #>> '{label,conceptId}')
                       a.user_id, a.app_id, a.input_id, c.claim #>> '{label,conceptId}',
                       (c.claim #>> '{label,positive}')::boolean
                from annotation a, jsonb_array_elements(a.claims) c(claim)
                where a.user_id = ? and a.app_id = ? and a.input_id = any(?)
                order by a.input_id, c.claim #>> '{label,conceptId}', (c.claim ->> 'at')::timestamptz desc,
                         a.position desc
                """, tenant.userId(), tenant.appId(), Sql.texts(connection, inputIds));
    }

    private static Annotation read(ResultSet row) throws SQLException {
        return new Annotation(
                row.getString(1),
                row.getString(2),
                row.getBoolean(3),
                StateJson.read(row.getString(4), CLAIMS),
                StateJson.read(row.getString(5), REGIONS),
                row.getString(6),
                Sql.instant(row, 7),
                Sql.instant(row, 8));
    }
}
