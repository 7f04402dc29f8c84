package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Paging.Mark;
import io.deeptrain.api.dataset.DatasetOrder;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.event.Tenant;
import io.quarkus.panache.common.Parameters;
import io.quarkus.panache.common.Sort;
import jakarta.persistence.EntityExistsException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.hibernate.exception.ConstraintViolationException;

/** The tables {@code dataset} and {@code dataset_input}. To be called in a transaction. */
public final class Datasets {
    private Datasets() {}

    /**
     * A dataset as it is kept, without its inputs.
     *
     * @param metadata a JSON object of the tenant's own
     * @param visibility the number that the contract gives to it
     */
    public record StoredDataset(
            String id,
            String description,
            String notes,
            String metadata,
            int visibility,
            Instant createdAt,
            Instant modifiedAt) {}

    /** An input and since when it is in the dataset. */
    public record Member(LabelledImage image, Instant since) {}

    /** False if there is one with this id; the transaction can then only be given up. */
    public static boolean insert(Tenant tenant, StoredDataset dataset) {
        try {
            new DatasetEntity(tenant, dataset).persistAndFlush();
            return true;
        } catch (ConstraintViolationException | EntityExistsException taken) {
            return false;
        }
    }

    public static Optional<StoredDataset> find(Tenant tenant, String id) {
        return DatasetEntity.<DatasetEntity>findByIdOptional(DatasetKey.of(tenant, id))
                .map(DatasetEntity::toRecord);
    }

    /** Takes over all of it that can change; written before the commit. */
    public static void update(Tenant tenant, StoredDataset dataset) {
        DatasetEntity.<DatasetEntity>findByIdOptional(DatasetKey.of(tenant, dataset.id()))
                .orElseThrow()
                .change(dataset);
    }

    /** A dataset and whose it is. */
    public record Owned(Tenant tenant, StoredDataset dataset) {}

    /**
     * Those whose id or description holds {@code part}; all for an empty one.
     *
     * @param appId nothing for all of the user's apps
     */
    public static Slice<Owned> list(String userId, Optional<String> appId, String part, DatasetOrder order, Page page) {
        Parameters parameters = Parameters.with("userId", userId).and("part", part.toLowerCase(Locale.ROOT));
        StringBuilder query = new StringBuilder("userId = :userId and (locate(:part, lower(datasetId)) > 0 "
                + "or locate(:part, lower(description)) > 0)");
        appId.ifPresent(id -> {
            query.append(" and appId = :appId");
            parameters.and("appId", id);
        });
        page.after().ifPresent(seen -> {
            query.append(" and ").append(behind(order));
            parameters.and("position", seen.position());
            if (order.by() == DatasetOrder.By.CHANGE) {
                parameters.and("rank", instant(seen.rank()));
            }
        });
        return Slice.of(
                DatasetEntity.<DatasetEntity>find(query.toString(), sorted(order), parameters)
                        .range(page.firstRow(), page.lastRow())
                        .stream(),
                page,
                row -> new Owned(new Tenant(row.userId, row.appId), row.toRecord()),
                row -> switch (order.by()) {
                    case CREATION -> Mark.at(row.position);
                    case CHANGE -> new Mark(micros(row.modifiedAt), row.position);
                });
    }

    private static Sort sorted(DatasetOrder order) {
        Sort.Direction direction = order.ascending() ? Sort.Direction.Ascending : Sort.Direction.Descending;
        return switch (order.by()) {
            case CREATION -> Sort.by("position", direction);
            case CHANGE -> Sort.by("modifiedAt", direction).and("position", direction);
        };
    }

    private static String behind(DatasetOrder order) {
        char than = order.ascending() ? '>' : '<';
        return switch (order.by()) {
            case CREATION -> "position %c :position".formatted(than);
            case CHANGE ->
                "(modifiedAt %c :rank or modifiedAt = :rank and position %c :position)".formatted(than, than);
        };
    }

    /** The database keeps times to the microsecond. */
    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    /** Deletes datasets with their versions; the inputs stay. */
    public static void delete(Connection connection, Tenant tenant, Collection<String> ids) throws SQLException {
        Sql.update(
                connection,
                "delete from dataset where user_id = ? and app_id = ? and dataset_id = any(?)",
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, ids));
    }

    /** Those of the ids that are there. */
    public static Set<String> known(Connection connection, Tenant tenant, Collection<String> ids) throws SQLException {
        if (ids.isEmpty()) {
            return Set.of();
        }
        return new TreeSet<>(Sql.list(
                connection,
                "select dataset_id from dataset where user_id = ? and app_id = ? and dataset_id = any(?)",
                row -> row.getString(1),
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, ids)));
    }

    /** Adds inputs that are there, in the order given; answers the ids of those that were not in it. */
    public static Set<String> add(
            Connection connection, Tenant tenant, String datasetId, Collection<String> inputIds, Instant now)
            throws SQLException {
        return new TreeSet<>(Sql.list(
                connection,
                """
                insert into dataset_input (user_id, app_id, dataset_id, input_id, created_at)
                select i.user_id, i.app_id, ?, i.input_id, ?
                from unnest(?::text[]) with ordinality new(input_id, ordinal)
                join input i on i.user_id = ? and i.app_id = ? and i.input_id = new.input_id
                order by new.ordinal
                on conflict do nothing returning input_id
                """,
                row -> row.getString(1),
                datasetId,
                now,
                Sql.texts(connection, inputIds),
                tenant.userId(),
                tenant.appId()));
    }

    public static void remove(Connection connection, Tenant tenant, String datasetId, Collection<String> inputIds)
            throws SQLException {
        Sql.update(connection, """
                delete from dataset_input
                where user_id = ? and app_id = ? and dataset_id = ? and input_id = any(?)
                """, tenant.userId(), tenant.appId(), datasetId, Sql.texts(connection, inputIds));
    }

    /** Takes inputs out of all datasets. */
    public static void removeFromAll(Connection connection, Tenant tenant, Collection<String> inputIds)
            throws SQLException {
        Sql.update(
                connection,
                "delete from dataset_input where user_id = ? and app_id = ? and input_id = any(?)",
                tenant.userId(),
                tenant.appId(),
                Sql.texts(connection, inputIds));
    }

    /** In the order in which they came into the dataset. */
    public static List<Member> inputs(Connection connection, Tenant tenant, String datasetId, Page page)
            throws SQLException {
        return Sql.list(
                connection,
                "select " + Inputs.COLUMNS + """
                , m.created_at
                from (select * from dataset_input where user_id = ? and app_id = ? and dataset_id = ?
                        and position > ? order by position offset ? limit ?) m
                join input i on (i.user_id, i.app_id, i.input_id) = (m.user_id, m.app_id, m.input_id)
                order by m.position
                """,
                row -> new Member(Inputs.read(row), Sql.instant(row, Inputs.COLUMN_COUNT + 1)),
                tenant.userId(),
                tenant.appId(),
                datasetId,
                page.above(),
                page.offset(),
                page.size());
    }

    /** Where an input of the dataset stands in {@link #inputs}. */
    public static long position(Connection connection, Tenant tenant, String datasetId, String inputId)
            throws SQLException {
        return Sql.first(connection, """
                        select position from dataset_input
                        where user_id = ? and app_id = ? and dataset_id = ? and input_id = ?
                        """, row -> row.getLong(1), tenant.userId(), tenant.appId(), datasetId, inputId)
                .orElseThrow();
    }

    /** How many inputs are in it. */
    public static long count(Connection connection, Tenant tenant, String datasetId) throws SQLException {
        return Sql.first(
                        connection,
                        "select count(*) from dataset_input where user_id = ? and app_id = ? and dataset_id = ?",
                        row -> row.getLong(1),
                        tenant.userId(),
                        tenant.appId(),
                        datasetId)
                .orElseThrow();
    }

    /** Their ids, in no more than so many rows. */
    public static List<String> inputIds(Connection connection, Tenant tenant, String datasetId, int max)
            throws SQLException {
        return Sql.list(connection, """
                select input_id from dataset_input where user_id = ? and app_id = ? and dataset_id = ?
                order by position limit ?
                """, row -> row.getString(1), tenant.userId(), tenant.appId(), datasetId, max);
    }
}
