package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.log.TrainingLog;
import io.deeptrain.event.JobId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The table {@code log_line}. Whoever writes holds the version that the job trains. */
public final class LogLines {
    private LogLines() {}

    /** What happened, and when. */
    public record LogLine(Instant occurredAt, String message) {
        /** As it is read, its time in front. */
        public String text() {
            return occurredAt.truncatedTo(ChronoUnit.SECONDS) + " " + message;
        }
    }

    /** Adds a line, unless the job has said enough. */
    public static void append(Connection connection, JobId jobId, Instant occurredAt, String message)
            throws SQLException {
        Sql.update(
                connection,
                """
                insert into log_line (job_id, number, occurred_at, message)
                select ?, newest.number + 1, ?, ?
                from (select coalesce(max(number), 0) as number from log_line where job_id = ?) newest
                where newest.number < ?
                """,
                jobId.value(),
                occurredAt,
                StateJson.storable(message),
                jobId.value(),
                TrainingLog.LINES_MAX);
    }

    /** Oldest first. */
    public static Slice<LogLine> list(Connection connection, JobId jobId, Page page) throws SQLException {
        return Slice.read(
                connection,
                page,
                """
                select occurred_at, message, number as position from log_line
                where job_id = ? and number > ? order by number offset ? limit ?
                """,
                row -> new LogLine(Sql.instant(row, 1), row.getString(2)),
                jobId.value(),
                page.above(),
                page.offset(),
                page.size());
    }
}
