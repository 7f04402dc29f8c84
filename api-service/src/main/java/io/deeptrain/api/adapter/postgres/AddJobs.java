package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The table {@code inputs_add_job}. */
public final class AddJobs {
    private static final String COLUMNS =
            "job_id, call_back_url, cancelled, succeeded, failed, created_at, modified_at";

    private AddJobs() {}

    /** A job as it is kept, with the counts of the inputs that were posted under its id. */
    public record StoredJob(
            String id,
            String callBackUrl,
            boolean cancelled,
            long succeeded,
            long failed,
            Instant createdAt,
            Instant modifiedAt) {}

    /** The job with this id, new if there is none, and held until the transaction ends. */
    public static StoredJob open(Connection connection, Tenant tenant, String id, Instant now) throws SQLException {
        Sql.update(connection, """
                insert into inputs_add_job (user_id, app_id, job_id, call_back_url, cancelled, succeeded, failed,
                                            created_at, modified_at)
                values (?, ?, ?, '', false, 0, 0, ?, ?) on conflict do nothing
                """, tenant.userId(), tenant.appId(), id, now, now);
        return one(connection, tenant, id, "for update").orElseThrow();
    }

    public static void count(Connection connection, Tenant tenant, String id, long succeeded, long failed, Instant now)
            throws SQLException {
        Sql.update(connection, """
                update inputs_add_job set succeeded = succeeded + ?, failed = failed + ?, modified_at = ?
                where user_id = ? and app_id = ? and job_id = ?
                """, succeeded, failed, now, tenant.userId(), tenant.appId(), id);
    }

    /** False if there is no such job. */
    public static boolean cancel(Connection connection, Tenant tenant, String id, Instant now) throws SQLException {
        return Sql.update(connection, """
                        update inputs_add_job set cancelled = true, modified_at = ?
                        where user_id = ? and app_id = ? and job_id = ?
                        """, now, tenant.userId(), tenant.appId(), id) == 1;
    }

    public static Optional<StoredJob> find(Connection connection, Tenant tenant, String id) throws SQLException {
        return one(connection, tenant, id, "");
    }

    public static Slice<StoredJob> list(Connection connection, Tenant tenant, Page page) throws SQLException {
        return Slice.read(
                connection,
                page,
                """
                select %s, position from inputs_add_job
                where user_id = ? and app_id = ? and position > ? order by position offset ? limit ?
                """.formatted(COLUMNS),
                AddJobs::read,
                tenant.userId(),
                tenant.appId(),
                page.above(),
                page.offset(),
                page.size());
    }

    private static Optional<StoredJob> one(Connection connection, Tenant tenant, String id, String held)
            throws SQLException {
        return Sql.first(
                connection,
                "select %s from inputs_add_job where user_id = ? and app_id = ? and job_id = ? %s"
                        .formatted(COLUMNS, held),
                AddJobs::read,
                tenant.userId(),
                tenant.appId(),
                id);
    }

    private static StoredJob read(ResultSet row) throws SQLException {
        return new StoredJob(
                row.getString(1),
                row.getString(2),
                row.getBoolean(3),
                row.getLong(4),
                row.getLong(5),
                Sql.instant(row, 6),
                Sql.instant(row, 7));
    }
}
