package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.event.JobId;
import io.deeptrain.messaging.Partition;
import io.deeptrain.messaging.adapter.postgres.PostgresOffsets;
import io.deeptrain.messaging.adapter.postgres.PostgresOutbox;
import io.deeptrain.scheduler.adapter.postgres.AuditTable;
import io.deeptrain.scheduler.adapter.postgres.ControlTable;
import io.deeptrain.scheduler.adapter.postgres.DecisionTable;
import io.deeptrain.scheduler.adapter.postgres.JobCopy;
import io.deeptrain.scheduler.adapter.postgres.JobTable;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import io.deeptrain.scheduler.job.JobRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All that a scheduler keeps in the database, read and written in the transaction of the connection. */
final class SchedulerTables {
    private final JobTable jobs = new JobTable();
    private final ControlTable controls = new ControlTable();
    private final AuditTable audit = new AuditTable();
    private final DecisionTable decisions = new DecisionTable();
    private final PostgresOutbox outbox = new PostgresOutbox(SchedulerLoop.SCHEMA);
    private final PostgresOffsets offsets = new PostgresOffsets(SchedulerLoop.SCHEMA);

    /** A copy of the jobs that is still to be read. */
    JobCopy newCopy(int endedMax) {
        return new JobCopy(jobs, endedMax);
    }

    /** Some jobs, to try what is done with all. */
    List<JobRecord> someJobs(Connection connection, int max) throws SQLException {
        return jobs.sample(connection, max);
    }

    Controls controls(Connection connection) throws SQLException {
        return controls.load(connection);
    }

    Map<Partition, Long> offsets(Connection connection) throws SQLException {
        return offsets.load(connection);
    }

    /** Those of the jobs that are stored. */
    Set<JobId> stored(Connection connection, Set<JobId> jobIds) throws SQLException {
        return jobIds.isEmpty() ? Set.of() : jobs.stored(connection, jobIds);
    }

    /** Writes and commits the batch, with the jobs as the engine has them now. */
    void commit(Connection connection, Batch batch, SchedulerEngine engine) throws SQLException {
        List<JobRecord> opened = new ArrayList<>();
        List<JobRecord> changed = new ArrayList<>();
        for (JobId jobId : batch.changedJobs()) {
            (batch.isNew(jobId) ? opened : changed).add(engine.job(jobId));
        }
        jobs.insert(connection, opened);
        jobs.update(connection, changed);
        if (batch.controls().isPresent()) {
            controls.replace(connection, batch.controls().get());
        }
        audit.append(connection, batch.audit());
        decisions.append(connection, batch.decided());
        outbox.append(connection, batch.outbox());
        offsets.store(connection, batch.processed());
        connection.commit();
    }
}
