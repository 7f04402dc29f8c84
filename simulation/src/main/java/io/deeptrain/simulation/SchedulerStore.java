package io.deeptrain.simulation;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Topic;
import io.deeptrain.scheduler.control.AuditEntry;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.job.JobRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The scheduler's tables: jobs, offsets and the one row that says who leads. */
final class SchedulerStore {
    /** A leader that has not renewed for so long may be replaced. */
    static final long LEADER_TERM_MILLIS = 3_000;

    static final List<Topic> TOPICS = List.of(Topic.REQUESTS, Topic.ATTEMPTS, Topic.HEARTBEATS);

    final TreeMap<JobId, JobRecord> jobs = new TreeMap<>();
    Controls controls = Controls.NONE;
    /** Only where that bug is planted: audit entries that are written without what they tell of. */
    final List<AuditEntry> writtenEarly = new ArrayList<>();

    Positions positions;
    long epoch;
    long renewedAtMillis = -LEADER_TERM_MILLIS;

    /** The session that stands for the leader has ended: whoever sees it may lead, whatever the term. */
    boolean leaderless;

    SchedulerStore(int partitions) {
        positions = new Positions(TOPICS, partitions);
    }
}
