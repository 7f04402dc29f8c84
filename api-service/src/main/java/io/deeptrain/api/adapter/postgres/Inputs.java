package io.deeptrain.api.adapter.postgres;

import com.fasterxml.jackson.core.type.TypeReference;
import io.deeptrain.api.dataset.Evidence;
import io.deeptrain.api.input.GeoPoint;
import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.input.Region;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.video.Clip;
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
import java.util.function.Function;

/** The table {@code input}, and what is shown of an input from the tables about it. */
public final class Inputs {
    /** Of a row {@code i}, in the order in which {@link #read} wants them. */
    static final String COLUMNS = """
            i.input_id, i.object_key, i.sha256, i.size_bytes, i.url, i.metadata, i.created_at,
            array(select l.concept_id from label l
                  where (l.user_id, l.app_id, l.input_id) = (i.user_id, i.app_id, i.input_id) and l.positive
                  order by l.concept_id),
            array(select l.concept_id from label l
                  where (l.user_id, l.app_id, l.input_id) = (i.user_id, i.app_id, i.input_id) and not l.positive
                  order by l.concept_id),
            i.modified_at, i.longitude, i.latitude,
            coalesce((select jsonb_agg(r.region order by a.position, r.ordinal)
                      from annotation a, jsonb_array_elements(a.regions) with ordinality r(region, ordinal)
                      where (a.user_id, a.app_id, a.input_id) = (i.user_id, i.app_id, i.input_id)), '[]'),
            array(select d.dataset_id from dataset_input d
                  where (d.user_id, d.app_id, d.input_id) = (i.user_id, i.app_id, i.input_id)
                  order by d.dataset_id),
            i.video
            """;

    static final int COLUMN_COUNT = 15;

    private static final String SELECT = "select " + COLUMNS + """
            from input i
            where i.user_id = ? and i.app_id = ? %s
            order by i.position
            """;

    private static final String LABELLED_WITH = """
            and exists (select 1 from label any_label
                        where (any_label.user_id, any_label.app_id, any_label.input_id)
                            = (i.user_id, i.app_id, i.input_id) and any_label.concept_id = any(?))
            """;

    /** A region's label, and the negative label of an image that has no such region. */
    private static final String SHOWING_REGIONS_OF = """
            and (exists (select 1 from label any_label
                         where (any_label.user_id, any_label.app_id, any_label.input_id)
                             = (i.user_id, i.app_id, i.input_id)
                           and any_label.concept_id = any(?) and not any_label.positive)
                 or exists (select 1 from annotation a, jsonb_array_elements(a.regions) region,
                                          jsonb_array_elements(region -> 'labels') region_label
                            where (a.user_id, a.app_id, a.input_id) = (i.user_id, i.app_id, i.input_id)
                              and region_label ->> 'conceptId' = any(?)))
            """;

    private static final String IN_DATASET = """
            and exists (select 1 from dataset_input d
                        where (d.user_id, d.app_id, d.input_id) = (i.user_id, i.app_id, i.input_id)
                          and d.dataset_id = ?)
            """;

    private static final TypeReference<Clip> CLIP = new TypeReference<>() {};
    private static final TypeReference<List<Region>> REGIONS = new TypeReference<>() {};

    private Inputs() {}

    /**
     * Adds the images whose id is not taken, in one statement; answers the ids of those. What is said of them is to be
     * added as annotations.
     */
    public static Set<String> insert(Connection connection, Tenant tenant, List<LabelledImage> images)
            throws SQLException {
        Map<String, LabelledImage> byId = new LinkedHashMap<>();
        images.forEach(image -> byId.putIfAbsent(image.id(), image));
        Collection<LabelledImage> distinct = byId.values();
        return new TreeSet<>(Sql.list(
                connection,
                """
                insert into input (user_id, app_id, input_id, object_key, sha256, size_bytes, url, metadata, longitude,
                                   latitude, created_at, modified_at, video)
                select ?, ?, new.* from unnest(?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::jsonb[],
                                               ?::real[], ?::real[], ?::timestamptz[], ?::timestamptz[],
                                               ?::jsonb[]) new
                on conflict do nothing returning input_id
                """,
                row -> row.getString(1),
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, distinct, LabelledImage::id),
                Sql.texts(connection, distinct, image -> image.image().key()),
                Sql.texts(connection, distinct, image -> image.image().sha256()),
                Sql.texts(
                        connection,
                        distinct,
                        image -> Long.toString(image.image().sizeBytes())),
                Sql.texts(connection, distinct, LabelledImage::url),
                Sql.texts(connection, distinct, LabelledImage::metadata),
                Sql.maybeTexts(connection, distinct, image -> degrees(image, GeoPoint::longitude)),
                Sql.maybeTexts(connection, distinct, image -> degrees(image, GeoPoint::latitude)),
                Sql.texts(connection, distinct, image -> image.createdAt().toString()),
                Sql.texts(connection, distinct, image -> image.modifiedAt().toString()),
                Sql.maybeTexts(connection, distinct, image -> image.video().map(StateJson::write))));
    }

    /** Keeps the metadata, place and time of change of images that are there. */
    public static void update(Connection connection, Tenant tenant, Collection<LabelledImage> images)
            throws SQLException {
        Sql.update(
                connection,
                """
                update input i
                set metadata = new.metadata, longitude = new.longitude, latitude = new.latitude,
                    modified_at = new.modified_at
                from unnest(?::text[], ?::jsonb[], ?::real[], ?::real[], ?::timestamptz[])
                     new(input_id, metadata, longitude, latitude, modified_at)
                where i.user_id = ? and i.app_id = ? and i.input_id = new.input_id
                """,
                Sql.texts(connection, images, LabelledImage::id),
                Sql.texts(connection, images, LabelledImage::metadata),
                Sql.maybeTexts(connection, images, image -> degrees(image, GeoPoint::longitude)),
                Sql.maybeTexts(connection, images, image -> degrees(image, GeoPoint::latitude)),
                Sql.texts(connection, images, image -> image.modifiedAt().toString()),
                tenant.userId(),
                tenant.appId());
    }

    private static Optional<String> degrees(LabelledImage image, Function<GeoPoint, Float> part) {
        return image.geo().map(point -> Float.toString(part.apply(point)));
    }

    /**
     * Keeps others from changing these inputs, or what is said of them, until the transaction ends. In the order of
     * ids, or two of these could wait for each other. Answers the ids of those that are there.
     */
    public static Set<String> hold(Connection connection, Tenant tenant, Collection<String> ids) throws SQLException {
        return new TreeSet<>(Sql.list(
                connection, """
                select input_id from input where user_id = ? and app_id = ? and input_id = any(?)
                order by input_id for update
                """, row -> row.getString(1), tenant.userId(), tenant.appId(), Sql.texts(connection, ids)));
    }

    /** What is on the pages before is counted by the index alone; labels are looked up for this page only. */
    public static List<LabelledImage> list(Connection connection, Tenant tenant, Page page) throws SQLException {
        return Sql.list(
                connection,
                "select " + COLUMNS + """
                from (select * from input where user_id = ? and app_id = ? and position > ?
                      order by position offset ? limit ?) i
                order by i.position
                """,
                Inputs::read,
                tenant.userId(),
                tenant.appId(),
                page.above(),
                page.offset(),
                page.size());
    }

    /** Where an input that is there stands in {@link #list}. */
    public static long position(Connection connection, Tenant tenant, String id) throws SQLException {
        return Sql.first(
                        connection,
                        "select position from input where user_id = ? and app_id = ? and input_id = ?",
                        row -> row.getLong(1),
                        tenant.userId(),
                        tenant.appId(),
                        id)
                .orElseThrow();
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

    /** The images that say anything about any of the concepts, and the videos where regions are not asked for. */
    public static List<LabelledImage> labelledWith(
            Connection connection, Tenant tenant, Collection<String> concepts, Evidence evidence) throws SQLException {
        return labelledWith(connection, tenant, concepts, evidence, "", List.of());
    }

    /** As {@link #labelledWith(Connection, Tenant, Collection, Evidence)}, of a dataset alone. */
    public static List<LabelledImage> labelledWith(
            Connection connection, Tenant tenant, Collection<String> concepts, Evidence evidence, String datasetId)
            throws SQLException {
        return labelledWith(connection, tenant, concepts, evidence, IN_DATASET, List.of(datasetId));
    }

    private static List<LabelledImage> labelledWith(
            Connection connection,
            Tenant tenant,
            Collection<String> concepts,
            Evidence evidence,
            String furtherCondition,
            List<String> furtherValues)
            throws SQLException {
        List<Object> values = new ArrayList<>(List.of(tenant.userId(), tenant.appId()));
        values.add(Sql.texts(connection, concepts));
        String condition = switch (evidence) {
            case IMAGE_LABELS -> LABELLED_WITH;
            case REGION_LABELS -> {
                values.add(Sql.texts(connection, concepts));
                yield "and i.video is null " + SHOWING_REGIONS_OF;
            }
        };
        values.addAll(furtherValues);
        return Sql.list(connection, SELECT.formatted(condition + furtherCondition), Inputs::read, values.toArray());
    }

    /** How many videos are labelled with any of the concepts. */
    public static long videosLabelledWith(Connection connection, Tenant tenant, Collection<String> concepts)
            throws SQLException {
        return videosLabelledWith(connection, tenant, concepts, "", List.of());
    }

    /** As {@link #videosLabelledWith(Connection, Tenant, Collection)}, of a dataset alone. */
    public static long videosLabelledWith(
            Connection connection, Tenant tenant, Collection<String> concepts, String datasetId) throws SQLException {
        return videosLabelledWith(connection, tenant, concepts, IN_DATASET, List.of(datasetId));
    }

    private static long videosLabelledWith(
            Connection connection,
            Tenant tenant,
            Collection<String> concepts,
            String furtherCondition,
            List<String> furtherValues)
            throws SQLException {
        List<Object> values = new ArrayList<>(List.of(tenant.userId(), tenant.appId()));
        values.add(Sql.texts(connection, concepts));
        values.addAll(furtherValues);
        return Sql.first(
                        connection,
                        "select count(*) from input i where i.user_id = ? and i.app_id = ? and i.video is not null "
                                + LABELLED_WITH
                                + furtherCondition,
                        row -> row.getLong(1),
                        values.toArray())
                .orElseThrow();
    }

    /** All inputs of a dataset. */
    public static List<LabelledImage> inDataset(Connection connection, Tenant tenant, String datasetId)
            throws SQLException {
        return Sql.list(
                connection, SELECT.formatted(IN_DATASET), Inputs::read, tenant.userId(), tenant.appId(), datasetId);
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

    static LabelledImage read(ResultSet row) throws SQLException {
        List<Label> labels = new ArrayList<>();
        for (String concept : (String[]) row.getArray(8).getArray()) {
            labels.add(new Label(concept, true));
        }
        for (String concept : (String[]) row.getArray(9).getArray()) {
            labels.add(new Label(concept, false));
        }
        Optional<GeoPoint> geo = row.getObject(11) == null
                ? Optional.empty()
                : Optional.of(new GeoPoint(row.getFloat(11), row.getFloat(12)));
        return new LabelledImage(
                row.getString(1),
                new StoredObject(row.getString(2), row.getString(3), row.getLong(4)),
                Optional.ofNullable(row.getString(15)).map(json -> StateJson.read(json, CLIP)),
                row.getString(5),
                row.getString(6),
                geo,
                labels,
                StateJson.read(row.getString(13), REGIONS),
                List.of((String[]) row.getArray(14).getArray()),
                Sql.instant(row, 7),
                Sql.instant(row, 10));
    }
}
