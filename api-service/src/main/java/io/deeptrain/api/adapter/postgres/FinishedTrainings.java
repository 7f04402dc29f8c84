package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.estimate.Calibration;
import io.deeptrain.event.Completion;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent.JobSucceeded;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The table {@code finished_training}: how long trainings took, beside what the formula had said. */
public final class FinishedTrainings {
    /** Older runs tell of older machines. */
    private static final int RUNS_MAX = 50;

    private static final double MILLIS_PER_SECOND = 1000;

    private FinishedTrainings() {}

    /** Learns from a training that ran to its end in one go; the meter of any other tells of something else. */
    static void learn(Connection connection, JobSucceeded end) throws SQLException {
        if (end.completion() != Completion.ALL_EPOCHS
                || !end.attempt().equals(FencingToken.NONE.next())
                || end.readingMillis() <= 0) {
            return;
        }
        Sql.update(
                connection,
                """
                insert into finished_training (job_id, template_id, formula_seconds, real_seconds, finished_at)
                select job_id, template_id, formula_seconds, ?, ? from model_version
                where job_id = ? and formula_seconds > 0
                on conflict do nothing
                """,
                end.readingMillis() / MILLIS_PER_SECOND,
                end.occurredAt(),
                end.jobId().value());
    }

    public static Calibration calibration(Connection connection, String templateId) throws SQLException {
        List<Double> ratios = Sql.list(connection, """
                select real_seconds / formula_seconds from finished_training
                where template_id = ? order by finished_at desc limit ?
                """, row -> row.getDouble(1), templateId, RUNS_MAX);
        return new Calibration(ratios);
    }
}
