package io.deeptrain.billing.adapter.postgres;

import io.deeptrain.billing.bill.JobBill;
import io.deeptrain.billing.charge.Charging;
import io.deeptrain.billing.meter.JobUsage;
import io.deeptrain.billing.meter.Meter;
import io.deeptrain.billing.meter.ShownReading;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.EventType;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCancelling;
import io.deeptrain.event.JobEvent.JobCheckpointed;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.adapter.json.EventJson;
import io.deeptrain.event.adapter.json.UnreadableEventException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Bills in the tables {@code job_usage}, {@code job_fact} and {@code attempt_reading}. A bill is not stored as such: it
 * is folded from the history and the readings each time, so that what is kept is what happened.
 */
public final class BillRows {
    private static final EventJson JSON = new EventJson();

    private BillRows() {}

    /** An entry of a history, with the bytes that it was read from. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares facts, and nobody changes the bytes.
    public record Fact(JobEvent entry, byte[] body) {}

    /** Locks the bills of these jobs until the end of the transaction and reads them. Some may have none yet. */
    public static List<JobBill> lock(Connection connection, Collection<JobId> jobs) throws SQLException {
        SortedMap<JobId, Row> rows = new TreeMap<>();
        Array ids = connection.createArrayOf(
                "text", jobs.stream().map(JobId::value).sorted().toArray());
        // Everybody locks in the same order, so that two batches wait for one another and never in a circle.
        try (PreparedStatement select = connection.prepareStatement("""
                select job_id, sequence, revision, next_update_at from billing.job_usage
                where job_id = any (?) order by job_id for update""")) {
            select.setArray(1, ids);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    rows.put(new JobId(row.getString(1)), new Row(row.getLong(2), row.getLong(3), instant(row, 4)));
                }
            }
        }
        SortedMap<JobId, JobUsage> usages = histories(connection, ids);
        List<JobBill> bills = new ArrayList<>();
        rows.forEach((jobId, row) -> {
            JobUsage usage = usages.get(jobId);
            if (usage == null) {
                throw new IllegalStateException("job %s has no history".formatted(jobId));
            }
            bills.add(new JobBill(usage.readUpTo(row.sequence()), row.revision(), row.nextUpdateAt()));
        });
        return bills;
    }

    private record Row(long sequence, long revision, Instant nextUpdateAt) {}

    /** The usage of one job, as known now. Empty if the job is not known. */
    public static List<JobUsage> read(Connection connection, JobId jobId) throws SQLException {
        Array ids = connection.createArrayOf("text", new Object[] {jobId.value()});
        return List.copyOf(histories(connection, ids).values());
    }

    private static SortedMap<JobId, JobUsage> histories(Connection connection, Array ids) throws SQLException {
        SortedMap<JobId, JobUsage> usages = new TreeMap<>();
        try (PreparedStatement select = connection.prepareStatement("""
                select type, body from billing.job_fact where job_id = any (?) order by job_id, sequence""")) {
            select.setArray(1, ids);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    JobEvent entry = parse(row.getString(1), row.getBytes(2));
                    JobUsage known = usages.get(entry.jobId());
                    usages.put(entry.jobId(), known == null ? begin(entry) : Meter.evolve(known, entry));
                }
            }
        }
        try (PreparedStatement select = connection.prepareStatement("""
                select job_id, attempt, step, phase, looks, reading_millis from billing.attempt_reading
                where job_id = any (?)""")) {
            select.setArray(1, ids);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    FencingToken attempt = new FencingToken(row.getLong(2));
                    ShownReading shown = new ShownReading(
                            row.getLong(3), Phase.valueOf(row.getString(4)), row.getLong(5), row.getLong(6));
                    usages.computeIfPresent(new JobId(row.getString(1)), (_, usage) -> usage.with(attempt, shown));
                }
            }
        }
        return usages;
    }

    private static JobUsage begin(JobEvent first) {
        if (first instanceof JobQueued accepted) {
            return Meter.begin(accepted);
        }
        throw new IllegalStateException("the history of job %s begins with %s".formatted(first.jobId(), first));
    }

    private static JobEvent parse(String typeName, byte[] body) {
        EventType type = EventType.named(typeName)
                .orElseThrow(() -> new IllegalStateException("stored history has the unknown type " + typeName));
        try {
            return (JobEvent) JSON.parse(type, body);
        } catch (UnreadableEventException corrupt) {
            throw new IllegalStateException("stored history cannot be read: " + typeName, corrupt);
        }
    }

    /** Keeps the bills; then the facts, of jobs whose bills are kept. */
    public static void save(Connection connection, Collection<JobBill> bills, List<Fact> facts) throws SQLException {
        saveBills(connection, bills);
        saveReadings(connection, bills);
        saveFacts(connection, facts);
    }

    private static void saveBills(Connection connection, Collection<JobBill> bills) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement("""
                insert into billing.job_usage (job_id, user_id, app_id, accepted_at, sequence, revision, next_update_at,
                    final, billed_seconds, amount_cents, currency)
                values (?, ?, ?, clock_timestamp(), ?, ?, ?, ?, ?, ?, ?)
                on conflict (job_id) do update set sequence = excluded.sequence, revision = excluded.revision,
                    next_update_at = excluded.next_update_at, final = excluded.final,
                    billed_seconds = excluded.billed_seconds, amount_cents = excluded.amount_cents""")) {
            for (JobBill bill : bills) {
                JobUsage usage = bill.usage();
                Statement statement = Charging.statement(usage);
                upsert.setString(1, usage.jobId().value());
                upsert.setString(2, usage.terms().tenant().userId());
                upsert.setString(3, usage.terms().tenant().appId());
                upsert.setLong(4, usage.sequence());
                upsert.setLong(5, bill.revision());
                upsert.setObject(6, timestamp(bill.nextUpdateAt()));
                upsert.setBoolean(7, usage.ending().isFinal());
                upsert.setLong(8, statement.billedSeconds());
                upsert.setLong(9, statement.amountCents());
                upsert.setString(10, usage.terms().rate().currency());
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }

    private static void saveReadings(Connection connection, Collection<JobBill> bills) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement("""
                insert into billing.attempt_reading (job_id, attempt, step, phase, looks, reading_millis)
                values (?, ?, ?, ?, ?, ?)
                on conflict (job_id, attempt) do update set step = excluded.step, phase = excluded.phase,
                    looks = excluded.looks, reading_millis = excluded.reading_millis
                where (attempt_reading.step, attempt_reading.phase, attempt_reading.looks, attempt_reading.reading_millis)
                    is distinct from (excluded.step, excluded.phase, excluded.looks, excluded.reading_millis)""")) {
            for (JobBill bill : bills) {
                for (Map.Entry<FencingToken, ShownReading> shown :
                        bill.usage().shown().entrySet()) {
                    upsert.setString(1, bill.usage().jobId().value());
                    upsert.setLong(2, shown.getKey().value());
                    upsert.setLong(3, shown.getValue().step());
                    upsert.setString(4, shown.getValue().phase().name());
                    upsert.setLong(5, shown.getValue().looks());
                    upsert.setLong(6, shown.getValue().millis());
                    upsert.addBatch();
                }
            }
            upsert.executeBatch();
        }
    }

    private static void saveFacts(Connection connection, List<Fact> facts) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into billing.job_fact (job_id, sequence, type, occurred_at, body, attempt, reading_millis,
                    resumed_attempt, resumed_reading_millis, cancelled_at, fault, cents_per_gpu_hour, gpus, cap_cents,
                    gpu_milli)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
            for (Fact fact : facts) {
                insert.setString(1, fact.entry().jobId().value());
                insert.setLong(2, fact.entry().sequence());
                insert.setString(3, EventType.of(fact.entry()).name());
                insert.setObject(4, timestamp(fact.entry().occurredAt()));
                insert.setBytes(5, fact.body());
                columns(fact.entry()).setInto(insert);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** What an entry says, taken apart for the reconciliation. */
    private record Columns(
            @Nullable Long attempt,
            @Nullable Long readingMillis,
            @Nullable Checkpoint resumed,
            @Nullable Instant cancelledAt,
            @Nullable String fault,
            @Nullable Integer gpus,
            @Nullable JobQueued accepted) {
        private static final Columns NONE = new Columns(null, null, null, null, null, null, null);

        static Columns ended(
                FencingToken attempt, long readingMillis, @Nullable Instant cancelledAt, @Nullable String fault) {
            return new Columns(attempt.value(), readingMillis, null, cancelledAt, fault, null, null);
        }

        void setInto(PreparedStatement insert) throws SQLException {
            insert.setObject(6, attempt, Types.BIGINT);
            insert.setObject(7, readingMillis, Types.BIGINT);
            insert.setObject(8, resumed == null ? null : resumed.attempt().value(), Types.BIGINT);
            insert.setObject(9, resumed == null ? null : resumed.readingMillis(), Types.BIGINT);
            insert.setObject(10, cancelledAt == null ? null : timestamp(cancelledAt), Types.TIMESTAMP_WITH_TIMEZONE);
            insert.setString(11, fault);
            insert.setObject(12, accepted == null ? null : accepted.rate().centsPerGpuHour(), Types.BIGINT);
            insert.setObject(13, gpus, Types.INTEGER);
            insert.setObject(14, accepted == null ? null : capCents(accepted.cap()), Types.BIGINT);
            insert.setObject(15, accepted == null ? null : accepted.milliOfEach(), Types.INTEGER);
        }

        private static @Nullable Long capCents(CostCap cap) {
            return switch (cap) {
                case CostCap.Unlimited _ -> null;
                case CostCap.AtMost atMost -> atMost.cents();
            };
        }
    }

    private static Columns columns(JobEvent entry) {
        return switch (entry) {
            case JobQueued accepted -> new Columns(null, null, null, null, null, accepted.gpus(), accepted);
            case JobStarted started ->
                new Columns(
                        started.attempt().value(),
                        null,
                        checkpoint(started.origin()),
                        null,
                        null,
                        started.gpus().orElse(null),
                        null);
            case JobRequeued requeued -> Columns.ended(requeued.attempt(), requeued.readingMillis(), null, null);
            case JobCancelling cancelling ->
                new Columns(cancelling.attempt().value(), null, null, cancelling.cancelledAt(), null, null, null);
            case JobFinishing finishing -> Columns.ended(finishing.attempt(), finishing.readingMillis(), null, null);
            case JobSucceeded succeeded -> Columns.ended(succeeded.attempt(), succeeded.readingMillis(), null, null);
            case JobFailed failed ->
                Columns.ended(
                        failed.attempt(),
                        failed.readingMillis(),
                        null,
                        failed.fault().name());
            case JobCancelled cancelled ->
                Columns.ended(cancelled.attempt(), cancelled.readingMillis(), cancelled.cancelledAt(), null);
            case JobAssigned _, JobCheckpointed _ -> Columns.NONE;
        };
    }

    private static @Nullable Checkpoint checkpoint(Origin origin) {
        return switch (origin) {
            case Origin.Scratch _ -> null;
            case Origin.Resumed resumed -> resumed.checkpoint();
        };
    }

    /** Cut to what the database stores, which would round otherwise. */
    private static OffsetDateTime timestamp(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
