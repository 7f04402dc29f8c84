package io.deeptrain.benchmarks.adapter.assignment;

import io.deeptrain.benchmarks.adapter.platform.Platform;
import io.deeptrain.benchmarks.adapter.platform.Requests;
import io.deeptrain.benchmarks.adapter.platform.Service;
import io.deeptrain.localservers.adapter.postgres.ServerAddress;
import io.deeptrain.scheduler.adapter.postgres.JobTable;
import io.deeptrain.scheduler.engine.EngineSettings;
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
 * them. Beside it stands how long the database takes to say the same rows to a reader that does not look at them.
 */
public final class ReloadBenchmark {
    private static final int JOBS = 1_000_000;
    private static final int BATCH = 1_000;
    private static final int TENANTS = 1_000;
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
                for (int round = 0; round < 3; round++) {
                    long begun = System.nanoTime();
                    List<JobRecord> jobs = new JobTable().load(connection, 1_000);
                    long loaded = System.nanoTime();
                    SchedulerEngine engine = SchedulerEngine.restore(jobs, EngineSettings.STANDARD);
                    long restored = System.nanoTime();
                    double bare = bareSeconds(connection);
                    System.out.printf(
                            "read %.1f s, restored %.1f s (%,d ready); the bare rows %.1f s; ratio %.2f%n",
                            (loaded - begun) / NANOS_PER_SECOND,
                            (restored - loaded) / NANOS_PER_SECOND,
                            engine.readyCount(),
                            bare,
                            (restored - begun) / NANOS_PER_SECOND / bare);
                }
            }
        }
    }

    private static void fill(Connection connection, int count) throws SQLException {
        List<JobRecord> batch = new ArrayList<>();
        for (int n = 1; n <= count; n++) {
            batch.add(JobRecord.queued(
                    Requests.training("job-%07d".formatted(n), n % TENANTS, Duration.ofMinutes(10)), n, Instant.now()));
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

    private static double bareSeconds(Connection connection) throws SQLException {
        long begun = System.nanoTime();
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
        return (System.nanoTime() - begun) / NANOS_PER_SECOND;
    }
}
