package io.deeptrain.scheduler.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.SchedulerId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class LeaderLeaseTest {
    private static final SchedulerId ONE = new SchedulerId("one");
    private static final SchedulerId TWO = new SchedulerId("two");

    private final DataSource database = SchedulerDatabase.create();

    @Test
    void one_scheduler_leads_until_it_lets_go_and_each_leader_has_a_later_epoch() throws SQLException {
        try (Connection connection = database.getConnection()) {
            assertThat(LeaderLease.tryTake(connection, ONE)).contains(new Leadership(ONE, 1));
            assertThat(LeaderLease.tryTake(connection, TWO)).isEmpty();
            LeaderLease.release(connection, new Leadership(ONE, 1));
            assertThat(LeaderLease.tryTake(connection, TWO)).contains(new Leadership(TWO, 2));
        }
    }

    @Test
    void a_leader_whose_session_has_ended_is_succeeded_long_before_its_term_is_over() throws SQLException {
        Connection leader = database.getConnection();
        long begun = System.nanoTime();
        assertThat(LeaderLease.tryTake(leader, ONE)).isPresent();
        try (Connection standby = database.getConnection()) {
            assertThat(LeaderLease.tryTake(standby, TWO)).isEmpty();
            leader.close();
            Optional<Leadership> taken = LeaderLease.tryTake(standby, TWO);
            while (taken.isEmpty()) {
                Thread.onSpinWait();
                taken = LeaderLease.tryTake(standby, TWO);
            }
            assertThat(taken).contains(new Leadership(TWO, 2));
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LeaderLease.TERM);
        }
    }

    @Test
    void a_leader_may_go_on_in_another_session() throws SQLException, LeadershipLostException {
        Connection first = database.getConnection();
        Leadership leadership = LeaderLease.tryTake(first, ONE).orElseThrow();
        try (Connection second = database.getConnection();
                Connection standby = database.getConnection()) {
            LeaderLease.renew(second, leadership);
            endSession(first, standby);
            assertThat(LeaderLease.tryTake(standby, TWO)).isEmpty();
        }
    }

    /** Returns when the server knows that it has ended. */
    private static void endSession(Connection ended, Connection witness) throws SQLException {
        int pid;
        try (var statement = ended.createStatement();
                var own = statement.executeQuery("select pg_backend_pid()")) {
            own.next();
            pid = own.getInt(1);
        }
        ended.close();
        boolean lives = true;
        while (lives) {
            try (var statement = witness.createStatement();
                    var found = statement.executeQuery("select from pg_stat_get_activity(%d)".formatted(pid))) {
                lives = found.next();
            }
        }
    }

    @Test
    void an_old_leader_can_neither_renew_nor_commit() throws SQLException, LeadershipLostException {
        try (Connection connection = database.getConnection()) {
            Leadership old = LeaderLease.tryTake(connection, ONE).orElseThrow();
            LeaderLease.release(connection, old);
            Leadership current = LeaderLease.tryTake(connection, TWO).orElseThrow();

            assertThatThrownBy(() -> LeaderLease.renew(connection, old)).isInstanceOf(LeadershipLostException.class);
            assertThatThrownBy(() -> LeaderLease.now(connection, old)).isInstanceOf(LeadershipLostException.class);
            LeaderLease.renew(connection, current);
            assertThat(LeaderLease.now(connection, current)).isNotNull();
        }
    }

    @Test
    void nobody_takes_over_while_the_leader_is_about_to_commit() throws SQLException, LeadershipLostException {
        try (Connection leader = database.getConnection();
                Connection standby = database.getConnection()) {
            Leadership leadership = LeaderLease.tryTake(leader, ONE).orElseThrow();
            LeaderLease.release(leader, leadership);
            leader.setAutoCommit(false);
            LeaderLease.now(leader, leadership);
            try (var statement = standby.createStatement()) {
                statement.execute("set lock_timeout = 200");
            }

            assertThatThrownBy(() -> LeaderLease.tryTake(standby, TWO))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("lock timeout");
            leader.commit();
            assertThat(LeaderLease.tryTake(standby, TWO)).isEqualTo(Optional.of(new Leadership(TWO, 2)));
        }
    }
}
