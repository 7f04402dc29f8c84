package io.deeptrain.scheduler.adapter.postgres;

import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.scheduler.adapter.json.JobRecordJson;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Cancelling;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.JobState.Finishing;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.JobState.Running;
import io.deeptrain.scheduler.queue.TenantUse;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The table of jobs, written in batches. In the transaction of the connection. */
public final class JobTable {
    private static final int FETCH_SIZE = 1000;

    private static final String COLUMNS =
            "request, arrival, state, sequence, tenant_gpu_millis, tenant_use_hour, directives";

    /** So many chunks are in memory as text. */
    private static final int CHUNKS_AHEAD = 16;

    private final JobRecordJson json = new JobRecordJson();

    /** Every job that has not ended, and the newest of those that have. */
    public List<JobRecord> load(Connection connection, int endedMax) throws SQLException {
        return someOfEach(connection, Long.MAX_VALUE, endedMax);
    }

    /** Some of each, no more than so many. */
    public List<JobRecord> sample(Connection connection, int max) throws SQLException {
        return someOfEach(connection, max, max);
    }

    private List<JobRecord> someOfEach(Connection connection, long openMax, long endedMax) throws SQLException {
        String sql = """
                (select %s from scheduler.job where ended_at is null limit ?)
                union all
                (select %s from scheduler.job where ended_at is not null order by ended_at desc limit ?)
                """.formatted(COLUMNS, COLUMNS);
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setLong(1, openMax);
            select.setLong(2, endedMax);
            return read(select);
        }
    }

    /** Where the table's changes stand now, for {@link #changedSince}. */
    public Mark mark(Connection connection) throws SQLException {
        try (PreparedStatement select =
                        connection.prepareStatement("select pg_snapshot_xmin(pg_current_snapshot())::xid::text");
                ResultSet row = select.executeQuery()) {
            row.next();
            return new Mark(row.getString(1));
        }
    }

    /**
     * Every job, ended or not, that a transaction has written which had not ended at the mark; a few others may be
     * among them. The database looks at each row for that, and reads out those alone.
     */
    public List<JobRecord> changedSince(Connection connection, Mark mark) throws SQLException {
        String sql = "select %s from scheduler.job where age(xmin) <= age(?::text::xid)".formatted(COLUMNS);
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, mark.oldestTransaction());
            return read(select);
        }
    }

    /**
     * A moment in the life of the table.
     *
     * @param oldestTransaction of all that had not ended then: whatever they and later ones write, came after it
     */
    public record Mark(String oldestTransaction) {}

    private List<JobRecord> read(PreparedStatement select) throws SQLException {
        List<JobRecord> jobs = new ArrayList<>();
        Deque<CompletableFuture<List<JobRecord>>> parsed = new ArrayDeque<>();
        select.setFetchSize(FETCH_SIZE);
        try (ResultSet row = select.executeQuery()) {
            List<StoredJob> chunk = new ArrayList<>(FETCH_SIZE);
            while (row.next()) {
                chunk.add(StoredJob.of(row));
                if (chunk.size() == FETCH_SIZE) {
                    parsed.add(parse(chunk));
                    chunk = new ArrayList<>(FETCH_SIZE);
                }
                while (parsed.size() > CHUNKS_AHEAD) {
                    jobs.addAll(parsed.remove().join());
                }
            }
            parsed.add(parse(chunk));
        }
        parsed.forEach(chunk -> jobs.addAll(chunk.join()));
        return jobs;
    }

    /** Reading a document takes ten times as long as fetching it, so that others do it meanwhile. */
    private CompletableFuture<List<JobRecord>> parse(List<StoredJob> chunk) {
        return CompletableFuture.supplyAsync(
                () -> chunk.stream().map(stored -> stored.read(json)).toList());
    }

    /** A row as it lies there. */
    private record StoredJob(
            String request,
            long arrival,
            String state,
            long sequence,
            TenantUse use,
            @Nullable String directives) {
        static StoredJob of(ResultSet row) throws SQLException {
            return new StoredJob(
                    row.getString(1),
                    row.getLong(2),
                    row.getString(3),
                    row.getLong(4),
                    new TenantUse(row.getLong(5), row.getLong(6)),
                    row.getString(7));
        }

        JobRecord read(JobRecordJson json) {
            TrainingRequested asked = json.request(request);
            return new JobRecord(
                    asked, arrival, json.state(state, asked.spec().gpus()), sequence, use, json.directives(directives));
        }
    }

    /** Those of the jobs that are stored. */
    public Set<JobId> stored(Connection connection, Collection<JobId> jobIds) throws SQLException {
        Set<JobId> stored = new HashSet<>();
        try (PreparedStatement select =
                connection.prepareStatement("select job_id from scheduler.job where job_id = any (?)")) {
            select.setArray(
                    1,
                    connection.createArrayOf(
                            "text", jobIds.stream().map(JobId::value).toArray()));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    stored.add(new JobId(row.getString(1)));
                }
            }
        }
        return stored;
    }

    public void insert(Connection connection, List<JobRecord> jobs) throws SQLException {
        String sql = """
                insert into scheduler.job (job_id, arrival, user_id, app_id, request,
                    state_kind, sequence, state, tenant_gpu_millis, tenant_use_hour, ended_at, directives)
                select job_id, arrival, user_id, app_id, request::json,
                    state_kind, sequence, state::json, tenant_gpu_millis, tenant_use_hour, ended_at::timestamptz,
                    directives::json
                from unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::text[],
                        ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[])
                    as job (job_id, state_kind, sequence, state, tenant_gpu_millis, tenant_use_hour, ended_at,
                        directives, arrival, user_id, app_id, request)
                """;
        if (jobs.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            bindChanging(insert, jobs);
            insert.setArray(9, column(connection, "int8", jobs, JobRecord::arrival));
            insert.setArray(
                    10, column(connection, "text", jobs, job -> job.tenant().userId()));
            insert.setArray(
                    11, column(connection, "text", jobs, job -> job.tenant().appId()));
            insert.setArray(12, column(connection, "text", jobs, job -> json.written(job.request())));
            requireAll(insert.executeUpdate(), jobs);
        }
    }

    public void update(Connection connection, List<JobRecord> jobs) throws SQLException {
        String sql = """
                update scheduler.job as job set
                    state_kind = changed.state_kind,
                    sequence = changed.sequence,
                    state = changed.state::json,
                    tenant_gpu_millis = changed.tenant_gpu_millis,
                    tenant_use_hour = changed.tenant_use_hour,
                    ended_at = changed.ended_at::timestamptz,
                    directives = changed.directives::json
                from unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::text[],
                        ?::text[])
                    as changed (job_id, state_kind, sequence, state, tenant_gpu_millis, tenant_use_hour, ended_at,
                        directives)
                where job.job_id = changed.job_id and job.ended_at is null and job.sequence <= changed.sequence
                """;
        if (jobs.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            bindChanging(update, jobs);
            requireAll(update.executeUpdate(), jobs);
        }
    }

    private void bindChanging(PreparedStatement statement, List<JobRecord> jobs) throws SQLException {
        Connection connection = statement.getConnection();
        statement.setArray(
                1, column(connection, "text", jobs, job -> job.jobId().value()));
        statement.setArray(2, column(connection, "text", jobs, job -> kind(job.state())));
        statement.setArray(3, column(connection, "int8", jobs, JobRecord::sequence));
        statement.setArray(4, column(connection, "text", jobs, job -> json.written(job.state())));
        statement.setArray(
                5, column(connection, "int8", jobs, job -> job.tenantUse().gpuMillis()));
        statement.setArray(
                6, column(connection, "int8", jobs, job -> job.tenantUse().hour()));
        statement.setArray(
                7,
                connection.createArrayOf(
                        "text",
                        jobs.stream()
                                .map(job -> endedAt(job.state())
                                        .map(at -> at.atOffset(ZoneOffset.UTC).toString())
                                        .orElse(null))
                                .toArray()));
        statement.setArray(
                8,
                connection.createArrayOf(
                        "text",
                        jobs.stream()
                                .map(job -> json.writtenIfAny(job.directives()).orElse(null))
                                .toArray()));
    }

    private static Array column(
            Connection connection, String type, List<JobRecord> jobs, Function<JobRecord, Object> value)
            throws SQLException {
        return connection.createArrayOf(type, jobs.stream().map(value).toArray());
    }

    /** The engine and the table have the same jobs, or the engine is wrong and must be loaded again. */
    private static void requireAll(int written, List<JobRecord> jobs) throws SQLException {
        if (written != jobs.size()) {
            throw new SQLException(
                    "%d of %d jobs could be stored: the table is not what was loaded".formatted(written, jobs.size()));
        }
    }

    private static String kind(JobState state) {
        return switch (state) {
            case Queued _ -> "queued";
            case Assigned _ -> "assigned";
            case Running _ -> "running";
            case Cancelling _ -> "cancelling";
            case Finishing _ -> "finishing";
            case Ended _ -> "ended";
        };
    }

    private static Optional<Instant> endedAt(JobState state) {
        return state instanceof Ended(var _, var _, var _, var at) ? Optional.of(at) : Optional.empty();
    }
}
