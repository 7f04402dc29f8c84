package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.scheduler.adapter.postgres.JobCopy;
import io.deeptrain.scheduler.adapter.postgres.Leadership;
import io.deeptrain.scheduler.engine.Input.Tick;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/**
 * What a process does while another one leads, so that it can take over soon. It keeps a copy of all jobs, read again
 * where they have changed, so that a new leader reads little. And it does once for nothing, with a few jobs, what a new
 * leader does first: a second or two of loading classes and finding the broker that would otherwise be missing when it
 * counts.
 */
final class Standby {
    /** Jobs that are read to be ready; more would tell no more. */
    private static final int REHEARSED_MAX = 200;

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration READ_EVERY_MIN = Duration.ofSeconds(1);

    /** Of its time it spends one part in so many on reading. */
    private static final int READING_SHARE = 20;

    private final LoopParts parts;
    private JobCopy copy;
    private boolean rehearsed;
    private long readAgainNanos = System.nanoTime();

    Standby(LoopParts parts) {
        this.parts = parts;
        copy = newCopy();
    }

    /** Called again and again. */
    void getReady() throws SQLException {
        if (!rehearsed) {
            rehearse();
            rehearsed = true;
        }
        long beganNanos = System.nanoTime();
        if (beganNanos - readAgainNanos < 0) {
            return;
        }
        try (Connection connection = parts.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try {
                copy.readOn(connection);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
        long tookNanos = System.nanoTime() - beganNanos;
        readAgainNanos = System.nanoTime() + Math.max(READ_EVERY_MIN.toNanos(), READING_SHARE * tookNanos);
    }

    /** As far as it has been read. This one begins a new copy, if it should have to. */
    JobCopy takeCopy() {
        JobCopy taken = copy;
        copy = newCopy();
        return taken;
    }

    private JobCopy newCopy() {
        return parts.tables().newCopy(parts.settings().engine().endedKeptMax());
    }

    private void rehearse() throws SQLException {
        try (Connection connection = parts.dataSource().getConnection()) {
            Instant now = Instant.now();
            SchedulerEngine engine = SchedulerEngine.restore(
                    parts.tables().someJobs(connection, REHEARSED_MAX),
                    parts.tables().controls(connection),
                    parts.settings().engine(),
                    now);
            try (AssignedConsumer consumer = parts.openConsumer(parts.tables().offsets(connection));
                    Pulses _ = new Pulses(
                            parts.settings().bootstrapServers(),
                            new Leadership(parts.settings().schedulerId(), 0),
                            consumer.partitions(),
                            now)) {
                consumer.poll(POLL).forEach(parts.records()::read);
                engine.apply(new Tick(now, now));
            }
        }
    }
}
