package io.deeptrain.api.adapter.postgres;

import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The table {@code extraction}: archives whose images become inputs. */
public final class Extractions {
    private static final String COLUMNS = """
            e.user_id, e.app_id, e.extraction_id, e.job_id, e.upload_id, e.input_template, e.state, e.details, e.pending,
            e.succeeded, e.failed, e.created_at, e.modified_at, e.source_url
            """;

    private Extractions() {}

    /** From waiting to running, and from there to one of the three ends. */
    public enum State {
        WAITING,
        RUNNING,
        COMPLETED,
        FAILED,
        CANCELLED;

        String column() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How far an archive has been taken apart.
     *
     * @param pending entries that are still to come
     */
    public record Counts(long pending, long succeeded, long failed) {}

    /**
     * @param uploadId of the archive; empty if it is fetched
     * @param inputTemplate an Input of the contract
     * @param sourceUrl where the archive is fetched; empty if it is uploaded, and at the end
     */
    @SuppressWarnings({"MissingSummary", "ArrayRecordComponent"}) // Of a row as it is kept; never compared.
    public record StoredExtraction(
            Tenant tenant,
            String id,
            String jobId,
            String uploadId,
            byte[] inputTemplate,
            State state,
            String details,
            Counts counts,
            Instant createdAt,
            Instant modifiedAt,
            String sourceUrl) {}

    public static void insert(
            Connection connection,
            Tenant tenant,
            String id,
            String jobId,
            String uploadId,
            String sourceUrl,
            byte[] inputTemplate,
            Instant now)
            throws SQLException {
        Sql.update(
                connection,
                """
                insert into extraction (user_id, app_id, extraction_id, job_id, upload_id, input_template, state,
                                        details, pending, succeeded, failed, worker, created_at, modified_at, source_url)
                values (?, ?, ?, ?, ?, ?, 'waiting', '', 0, 0, 0, '', ?, ?, ?)
                """,
                tenant.userId(),
                tenant.appId(),
                id,
                jobId,
                uploadId,
                inputTemplate,
                now,
                now,
                sourceUrl);
    }

    public static List<StoredExtraction> of(Connection connection, Tenant tenant, String jobId) throws SQLException {
        return Sql.list(connection, """
                select %s from extraction e where e.user_id = ? and e.app_id = ? and e.job_id = ? order by e.position
                """.formatted(COLUMNS), Extractions::read, tenant.userId(), tenant.appId(), jobId);
    }

    /**
     * Gives the oldest archive that is complete and that nobody works on to a worker, to be taken apart from its
     * beginning.
     *
     * @param abandonedBefore whoever has not said since that they work on it has stopped
     */
    public static Optional<StoredExtraction> take(
            Connection connection, String worker, Instant abandonedBefore, Instant now) throws SQLException {
        return Sql.first(connection, """
                update extraction e
                set state = 'running', worker = ?, worked_at = ?, modified_at = ?, pending = 0, succeeded = 0, failed = 0
                where (e.user_id, e.app_id, e.extraction_id) = (
                    select w.user_id, w.app_id, w.extraction_id
                    from extraction w
                    left join upload u on (u.user_id, u.app_id, u.upload_id) = (w.user_id, w.app_id, w.upload_id)
                    where (u.completed_at is not null or w.source_url <> '')
                      and (w.state = 'waiting' or (w.state = 'running' and w.worked_at < ?))
                    order by w.position limit 1 for update of w skip locked)
                returning %s
                """.formatted(COLUMNS), Extractions::read, worker, now, now, abandonedBefore);
    }

    /** False if another worker has it, or the job is cancelled: nothing more is to be added then. */
    public static boolean progress(
            Connection connection, StoredExtraction extraction, String worker, Counts counts, Instant now)
            throws SQLException {
        return Sql.update(
                        connection,
                        """
                        update extraction e
                        set pending = ?, succeeded = ?, failed = ?, worked_at = ?, modified_at = ?
                        from inputs_add_job j
                        where e.user_id = ? and e.app_id = ? and e.extraction_id = ? and e.worker = ?
                          and e.state = 'running'
                          and (j.user_id, j.app_id, j.job_id) = (e.user_id, e.app_id, e.job_id) and not j.cancelled
                        """,
                        counts.pending(),
                        counts.succeeded(),
                        counts.failed(),
                        now,
                        now,
                        extraction.tenant().userId(),
                        extraction.tenant().appId(),
                        extraction.id(),
                        worker)
                == 1;
    }

    /** Unless another worker has it. */
    public static void end(
            Connection connection, StoredExtraction extraction, String worker, State state, String details, Instant now)
            throws SQLException {
        Sql.update(
                connection,
                """
                update extraction set state = ?, details = ?, pending = 0, modified_at = ?, source_url = ''
                where user_id = ? and app_id = ? and extraction_id = ? and worker = ? and state = 'running'
                """,
                state.column(),
                details,
                now,
                extraction.tenant().userId(),
                extraction.tenant().appId(),
                extraction.id(),
                worker);
    }

    /** Ends those of a job that nobody has begun; whoever works on one notices by {@link #progress}. */
    public static void cancelWaiting(Connection connection, Tenant tenant, String jobId, Instant now)
            throws SQLException {
        Sql.update(connection, """
                update extraction set state = 'cancelled', modified_at = ?, source_url = ''
                where user_id = ? and app_id = ? and job_id = ? and state = 'waiting'
                """, now, tenant.userId(), tenant.appId(), jobId);
    }

    /** Ends those whose upload is no more. */
    public static void failWithoutUpload(Connection connection, Instant now) throws SQLException {
        Sql.update(connection, """
                update extraction e set state = 'failed', details = 'the upload has expired', modified_at = ?
                where e.state = 'waiting' and e.source_url = '' and not exists (
                    select 1 from upload u
                    where (u.user_id, u.app_id, u.upload_id) = (e.user_id, e.app_id, e.upload_id))
                """, now);
    }

    private static StoredExtraction read(ResultSet row) throws SQLException {
        return new StoredExtraction(
                new Tenant(row.getString(1), row.getString(2)),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getBytes(6),
                State.valueOf(row.getString(7).toUpperCase(Locale.ROOT)),
                row.getString(8),
                new Counts(row.getLong(9), row.getLong(10), row.getLong(11)),
                Sql.instant(row, 12),
                Sql.instant(row, 13),
                row.getString(14));
    }
}
