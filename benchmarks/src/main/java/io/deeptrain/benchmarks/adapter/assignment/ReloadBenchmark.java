package io.deeptrain.benchmarks.adapter.assignment;

import io.deeptrain.benchmarks.adapter.platform.Platform;
import io.deeptrain.benchmarks.adapter.platform.Requests;
import io.deeptrain.benchmarks.adapter.platform.Service;
import io.deeptrain.localservers.adapter.postgres.ServerAddress;
import io.deeptrain.scheduler.adapter.postgres.JobCopy;
import io.deeptrain.scheduler.adapter.postgres.JobTable;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.engine.Input.Tick;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.standalone.Part;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How long a new leader takes to know all jobs that wait: read from a real PostgreSQL, and an engine restored from
 * them; as one that was no standby before, and as a standby, which has a copy and reads what has changed. Beside it
 * stands how long the database takes to say the same rows to a reader that does not look at them.
 */
public final class ReloadBenchmark {
    private static final int JOBS = 1_000_000;
    private static final int BATCH = 1_000;
    private static final int TENANTS = 1_000;
    private static final int ROUNDS = 3;

    /** What a leader may have written since a standby last looked. */
    private static final int CHANGED = 1_000;

    private static final Instant BEGIN = Instant.parse("2026-03-01T12:00:00Z");
    private static final double NANOS_PER_SECOND = 1e9;

    private ReloadBenchmark() {}

    /** How many jobs wait, if not a million. */
    public static void main(String[] arguments) throws Exception {
        int count = arguments.length == 0 ? JOBS : Integer.parseInt(arguments[0]);
        try (Platform platform = Platform.open()) {
            // It makes the tables.
            try (Service scheduler = platform.start(Part.SCHEDULER, Map.of()).awaitReady()) {
                System.out.printf("%,d jobs wait, of %,d apps; %s%n", count, TENANTS, scheduler.base());
            }
            ServerAddress database = platform.database();
            try (Connection connection = DriverManager.getConnection(
                    database.jdbcUrl("deeptrain"), database.superuser(), database.superuserPassword())) {
                connection.setAutoCommit(false);
                fill(connection, count);
                for (int round = 0; round < ROUNDS; round++) {
                    JobCopy copy = new JobCopy(new JobTable(), EngineSettings.STANDARD.endedKeptMax());
                    double cold = seconds(connection, () -> copy.readOn(connection));
                    change(connection, round);
                    double warm = seconds(connection, () -> copy.readOn(connection));
                    double restored = seconds(connection, () -> restore(copy));
                    double bare = seconds(connection, () -> readBare(connection));
                    System.out.printf(
                            "all read %.1f s; read again after %,d changed %.2f s, taken up %.2f s, together %.2f s; "
                                    + "the bare rows %.1f s; ratios %.2f, by a standby %.2f%n",
                            cold,
                            CHANGED,
                            warm,
                            restored,
                            warm + restored,
                            bare,
                            (cold + restored) / bare,
                            (warm + restored) / bare);
                }
            }
        }
    }

    private static void fill(Connection connection, int count) throws SQLException {
        List<JobRecord> batch = new ArrayList<>();
        for (int n = 1; n <= count; n++) {
            batch.add(queued(n));
            if (batch.size() == BATCH || n == count) {
                new JobTable().insert(connection, batch);
                batch.clear();
            }
        }
        connection.commit();
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(true);
            statement.execute("vacuum analyze scheduler.job");
            connection.setAutoCommit(false);
        }
    }

    /** As a leader does that assigns jobs. */
    private static void change(Connection connection, int round) throws SQLException {
        List<JobRecord> changed = new ArrayList<>();
        for (int n = 1; n <= CHANGED; n++) {
            JobRecord job = queued(round * CHANGED + n);
            changed.add(job.with(job.state(), job.sequence() + 1));
        }
        new JobTable().update(connection, changed);
        connection.commit();
    }

    /** Until the first decision could be made. */
    private static void restore(JobCopy copy) {
        SchedulerEngine engine = SchedulerEngine.restore(copy.jobs(), Controls.NONE, EngineSettings.STANDARD, BEGIN);
        engine.apply(new Tick(BEGIN, BEGIN));
        if (engine.readyCount() == 0) {
            throw new IllegalStateException("nobody waits");
        }
    }

    private static void readBare(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select request, arrival, state, sequence, tenant_gpu_millis, tenant_use_hour, directives from scheduler.job")) {
            select.setFetchSize(BATCH);
            long length = 0;
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    length += row.getString(1).length();
                }
            }
            if (length == 0) {
                throw new IllegalStateException("nothing was read");
            }
        }
    }

    /** In a transaction of its own. */
    private static double seconds(Connection connection, Step step) throws SQLException {
        long begun = System.nanoTime();
        step.run();
        connection.commit();
        return (System.nanoTime() - begun) / NANOS_PER_SECOND;
    }

    private interface Step {
        void run() throws SQLException;
    }

    private static JobRecord queued(int number) {
        return JobRecord.queued(
                Requests.training("job-%07d".formatted(number), number % TENANTS, Duration.ofMinutes(10)),
                number,
                BEGIN);
    }
}
