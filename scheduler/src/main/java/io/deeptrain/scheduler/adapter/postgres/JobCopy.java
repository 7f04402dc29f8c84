package io.deeptrain.scheduler.adapter.postgres;

import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.adapter.postgres.JobTable.Mark;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Ended;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of the table as they were when it was last read: all of them the first time, and then only those that have
 * changed. A million jobs take many seconds to read and one to read again. Of one thread.
 */
public final class JobCopy {
    private final JobTable table;
    private final int endedMax;
    private final Map<JobId, JobRecord> open = new HashMap<>();
    private final Map<JobId, EndedJob> ended = new HashMap<>();
    private @Nullable Mark readUpTo;

    /**
     * An empty copy.
     *
     * @param endedMax so many of those that have ended are kept, the newest
     */
    public JobCopy(JobTable table, int endedMax) {
        this.table = table;
        this.endedMax = endedMax;
    }

    /** Reads what has changed since it was last read. In a transaction of its own, or rows come all at once. */
    public void readOn(Connection connection) throws SQLException {
        Mark now = table.mark(connection);
        List<JobRecord> changed =
                readUpTo == null ? table.load(connection, endedMax) : table.changedSince(connection, readUpTo);
        changed.forEach(this::keep);
        forgetOldest();
        readUpTo = now;
    }

    /** Every job that had not ended and the newest of those that had, when the table was last read. */
    public Collection<JobRecord> jobs() {
        List<JobRecord> all = new ArrayList<>(open.size() + ended.size());
        all.addAll(open.values());
        ended.values().forEach(each -> all.add(each.job()));
        return all;
    }

    private void keep(JobRecord job) {
        if (job.state() instanceof Ended(var _, var _, var _, var at)) {
            open.remove(job.jobId());
            ended.put(job.jobId(), new EndedJob(job, at));
        } else {
            open.put(job.jobId(), job);
        }
    }

    private void forgetOldest() {
        if (ended.size() > endedMax) {
            ended.values().stream()
                    .sorted(Comparator.comparing(EndedJob::at))
                    .limit(ended.size() - endedMax)
                    .toList()
                    .forEach(oldest -> ended.remove(oldest.job().jobId()));
        }
    }

    private record EndedJob(JobRecord job, Instant at) {}
}
