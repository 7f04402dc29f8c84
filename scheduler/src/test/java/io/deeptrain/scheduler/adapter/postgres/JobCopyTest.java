package io.deeptrain.scheduler.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.FencingToken;
import io.deeptrain.scheduler.job.Ending;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.Jobs;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class JobCopyTest {
    private static final Instant BEGIN = Instant.parse("2026-03-01T12:00:00Z");
    private static final int ENDED_MAX = 5;

    private final DataSource database = SchedulerDatabase.create();
    private final JobTable table = new JobTable();
    private final JobCopy copy = new JobCopy(table, ENDED_MAX);
    private final Random random = new Random(7);

    @Test
    void reads_on_to_what_a_fresh_reader_finds() throws SQLException {
        List<JobRecord> open = new ArrayList<>();
        try (Connection leader = transactional();
                Connection standby = transactional()) {
            for (int round = 1; round <= 60; round++) {
                change(leader, open, round);
                leader.commit();
                copy.readOn(standby);
                assertThat(copy.jobs()).containsExactlyInAnyOrderElementsOf(table.load(standby, ENDED_MAX));
                standby.commit();
            }
            assertThat(copy.jobs()).hasSize(open.size() + ENDED_MAX);
        }
    }

    @Test
    void finds_what_a_transaction_wrote_that_ends_after_later_ones() throws SQLException {
        try (Connection slow = transactional();
                Connection fast = transactional();
                Connection standby = transactional()) {
            table.insert(slow, List.of(queued(1)));
            table.insert(fast, List.of(queued(2)));
            fast.commit();
            copy.readOn(standby);
            standby.commit();
            assertThat(copy.jobs()).extracting(JobRecord::arrival).containsExactly(2L);

            slow.commit();
            copy.readOn(standby);
            assertThat(copy.jobs()).extracting(JobRecord::arrival).containsExactlyInAnyOrder(1L, 2L);
        }
    }

    @Test
    void reads_no_row_again_that_has_not_changed() throws SQLException {
        try (Connection leader = transactional();
                Connection standby = transactional()) {
            table.insert(leader, List.of(queued(1), queued(2), queued(3)));
            leader.commit();
            JobTable.Mark mark = table.mark(standby);
            table.update(leader, List.of(ended(queued(2), BEGIN)));
            leader.commit();

            assertThat(table.changedSince(standby, mark))
                    .extracting(JobRecord::arrival)
                    .containsExactly(2L);
        }
    }

    /** A few jobs come, some of the open ones end. */
    private void change(Connection leader, List<JobRecord> open, int round) throws SQLException {
        List<JobRecord> changed = new ArrayList<>();
        for (int n = 0; n < 2 && !open.isEmpty(); n++) {
            JobRecord ends = open.remove(random.nextInt(open.size()));
            changed.add(ended(ends, BEGIN.plusSeconds(10L * round + n)));
        }
        table.update(leader, changed);
        List<JobRecord> come = new ArrayList<>();
        for (int n = 0; n < 3; n++) {
            come.add(queued(10L * round + n));
        }
        table.insert(leader, come);
        open.addAll(come);
    }

    private static JobRecord queued(long arrival) {
        return JobRecord.queued(Jobs.request(Math.toIntExact(arrival)), arrival, BEGIN);
    }

    private static JobRecord ended(JobRecord job, Instant at) {
        return job.with(new Ended(FencingToken.NONE, new Ending.Cancelled(at), 0, at), job.sequence() + 1);
    }

    private Connection transactional() throws SQLException {
        Connection connection = database.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }
}
