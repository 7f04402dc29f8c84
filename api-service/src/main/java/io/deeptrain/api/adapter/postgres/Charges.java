package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The table {@code charge}: what billing last said about each job. */
public final class Charges {
    private Charges() {}

    /** What a job costs. {@code isFinal}: it can only go down from here. */
    public record StoredCharge(JobId jobId, long revision, boolean isFinal, Statement statement, Instant occurredAt) {}

    /** A job's charge, and which version it trained. */
    public record UsageLine(String modelId, String versionId, boolean deleted, StoredCharge charge) {}

    /** Keeps the statement if it is newer than the one that is kept. */
    public static void keep(Connection connection, ChargeEvent.Stated event) throws SQLException {
        Sql.update(
                connection,
                """
                insert into charge values (?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?)
                on conflict (job_id) do update set
                    revision = excluded.revision, final = excluded.final, billed_seconds = excluded.billed_seconds,
                    amount_cents = excluded.amount_cents, statement = excluded.statement,
                    occurred_at = excluded.occurred_at
                where charge.revision < excluded.revision
                """,
                event.jobId().value(),
                event.tenant().userId(),
                event.tenant().appId(),
                event.revision(),
                event instanceof ChargePosted,
                event.statement().billedSeconds(),
                event.statement().amountCents(),
                StateJson.write(event.statement()),
                event.occurredAt());
    }

    public static Optional<StoredCharge> find(Connection connection, JobId jobId) throws SQLException {
        return Sql.first(
                connection,
                "select job_id, revision, final, statement, occurred_at from charge where job_id = ?",
                row -> read(row, 0),
                jobId.value());
    }

    /** All charges of an app, newest first. */
    public static Slice<UsageLine> list(Connection connection, Tenant tenant, Page page) throws SQLException {
        return Slice.read(
                connection,
                page,
                """
                select v.model_id, v.version_id, v.deleted_at is not null,
                       c.job_id, c.revision, c.final, c.statement, c.occurred_at,
                       v.position
                from charge c join model_version v on v.job_id = c.job_id
                where c.user_id = ? and c.app_id = ? and v.position < ? order by v.position desc offset ? limit ?
                """,
                row -> new UsageLine(row.getString(1), row.getString(2), row.getBoolean(3), read(row, 3)),
                tenant.userId(),
                tenant.appId(),
                page.below(),
                page.offset(),
                page.size());
    }

    /** The sum over all jobs of an app. */
    public record Total(long jobs, long billedSeconds, long amountCents) {}

    public static Total total(Connection connection, Tenant tenant) throws SQLException {
        return Sql.first(
                        connection,
                        """
                        select count(*), coalesce(sum(billed_seconds), 0)::bigint, coalesce(sum(amount_cents), 0)::bigint
                        from charge where user_id = ? and app_id = ?
                        """,
                        row -> new Total(row.getLong(1), row.getLong(2), row.getLong(3)),
                        tenant.userId(),
                        tenant.appId())
                .orElseThrow();
    }

    private static StoredCharge read(ResultSet row, int before) throws SQLException {
        return new StoredCharge(
                new JobId(row.getString(before + 1)),
                row.getLong(before + 2),
                row.getBoolean(before + 3),
                StateJson.read(row.getString(before + 4), Statement.class),
                Sql.instant(row, before + 5));
    }
}
