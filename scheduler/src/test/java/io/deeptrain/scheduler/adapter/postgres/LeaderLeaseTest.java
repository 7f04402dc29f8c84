package io.deeptrain.scheduler.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.SchedulerId;
import java.sql.Connection;
import java.sql.SQLException;
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
