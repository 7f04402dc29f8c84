package io.deeptrain.scheduler.adapter.postgres;

import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.job.JobDecision;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What was decided about jobs. In the transaction of the connection. */
public final class DecisionTable {
    /** Of a job that is lost and begun again for ever, the newest. */
    private static final int READ_MAX = 1_000;

    public void append(Connection connection, List<JobDecision> decisions) throws SQLException {
        if (decisions.isEmpty()) {
            return;
        }
        String sql = """
                insert into scheduler.job_decision (job_id, at, kind, sentence)
                select job_id, at::timestamptz, kind, sentence
                from unnest(?::text[], ?::text[], ?::text[], ?::text[]) with ordinality
                    as decision (job_id, at, kind, sentence, place)
                order by place
                """;
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            bind(insert, 1, decisions, decision -> decision.jobId().value());
            bind(insert, 2, decisions, decision -> decision.at().toString());
            bind(insert, 3, decisions, JobDecision::kind);
            bind(insert, 4, decisions, JobDecision::sentence);
            insert.executeUpdate();
        }
    }

    private static void bind(
            PreparedStatement insert, int position, List<JobDecision> decisions, Function<JobDecision, String> column)
            throws SQLException {
        insert.setArray(
                position,
                insert.getConnection()
                        .createArrayOf("text", decisions.stream().map(column).toArray()));
    }

    /** The newest {@value READ_MAX}, in the order in which they were decided. */
    public List<JobDecision> of(Connection connection, JobId jobId) throws SQLException {
        String sql = """
                select at, kind, sentence from scheduler.job_decision where job_id = ? order by id desc limit ?
                """;
        List<JobDecision> decisions = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, jobId.value());
            select.setInt(2, READ_MAX);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    decisions.add(new JobDecision(
                            jobId,
                            row.getObject(1, OffsetDateTime.class).toInstant(),
                            row.getString(2),
                            row.getString(3)));
                }
            }
        }
        return decisions.reversed();
    }
}
