package io.deeptrain.billing.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.billing.JobStory;
import io.deeptrain.billing.adapter.BillingDatabase;
import io.deeptrain.billing.adapter.BillingDatabase.ServiceRole;
import io.deeptrain.billing.bill.BillingRound;
import io.deeptrain.billing.meter.Meter;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.adapter.json.EventJson;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerRowsTest {
    private BillingDatabase database;

    @BeforeEach
    void aLedgerOfTwoJobs() throws SQLException {
        database = BillingDatabase.migrated();
        post(JobStory.aJob("job-1").queued().assigned().started().after("PT1H").succeeded(3_600_000));
        post(JobStory.aJob("job-2").queued().assigned().started().after("PT72S").succeeded(72_000));
    }

    @Test
    void a_ledger_as_it_was_written_reconciles() throws SQLException {
        assertThat(database.reconciliation()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update billing.ledger_entry set amount_cents = 0",
                "delete from billing.ledger_entry",
                "truncate billing.ledger_entry",
                "update billing.ledger_tx set hash = ''",
                "delete from billing.ledger_tx",
                "truncate billing.ledger_tx cascade",
                "update billing.job_fact set reading_millis = 0",
                "delete from billing.job_fact",
                "drop table billing.ledger_entry",
                "alter table billing.ledger_entry disable trigger all",
                "create table billing.mine (x int)",
            })
    void the_service_itself_cannot_change_what_happened(String sql) {
        assertThatThrownBy(() -> database.execute(ServiceRole.SERVICE, sql))
                .isInstanceOf(SQLException.class)
                .hasMessageMatching("(?s).*(permission denied|must be owner).*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"update billing.ledger_entry set amount_cents = 0", "delete from billing.ledger_tx"})
    void even_the_owner_of_the_schema_only_appends(String sql) {
        assertThatThrownBy(() -> database.execute(ServiceRole.OWNER, sql))
                .hasMessageContaining("the ledger is append-only");
    }

    @Test
    void entries_that_do_not_balance_are_refused_at_the_commit() {
        assertThatThrownBy(() -> database.execute(ServiceRole.SERVICE, """
                        insert into billing.ledger_entry select id, 9, 'receivable', 1, 'USD' from billing.ledger_tx""")).hasMessageContaining("does not balance");
    }

    @Test
    void a_transaction_without_entries_is_refused_at_the_commit() {
        assertThatThrownBy(() -> database.execute(ServiceRole.SERVICE, """
                        insert into billing.ledger_tx (user_id, app_id, number, job_id, period, revision, kind, posted_at,
                            previous_hash, hash)
                        values ('ada', 'birds', 3, 'job-1', '2026-04', 1, 'charge', now(), '', '')""")).hasMessageContaining("does not balance");
    }

    @Test
    void the_same_charge_is_not_posted_twice() {
        assertThatThrownBy(() -> database.execute(ServiceRole.SERVICE, """
                        insert into billing.ledger_tx (user_id, app_id, number, job_id, period, revision, kind, posted_at,
                            previous_hash, hash)
                        select user_id, app_id, 3, job_id, period, revision, kind, posted_at, hash, hash
                        from billing.ledger_tx where job_id = 'job-1'"""))
                .hasMessageContaining("ledger_tx_job_id_period_revision_key");
    }

    @Test
    void a_changed_amount_is_found_though_it_balances() throws SQLException {
        asSuperuserWithoutTriggers(
                "update billing.ledger_entry set amount_cents = amount_cents - sign(amount_cents) where tx_id = 1");

        assertThat(database.reconciliation())
                .satisfiesExactly(
                        hash -> assertThat(hash).startsWith("job-1 hash of transaction 1"),
                        ledger -> assertThat(ledger).isEqualTo("job-1 ledger 400 399"));
    }

    @Test
    void a_missing_transaction_is_found() throws SQLException {
        asSuperuserWithoutTriggers(
                "delete from billing.ledger_entry where tx_id = 1; delete from billing.ledger_tx where id = 1");

        assertThat(database.reconciliation())
                .satisfiesExactly(
                        ledger -> assertThat(ledger).isEqualTo("job-1 ledger 400 none"),
                        hash -> assertThat(hash).startsWith("job-2 hash of transaction 2"));
    }

    @Test
    void a_changed_history_is_found() throws SQLException {
        asSuperuserWithoutTriggers(
                "update billing.job_fact set reading_millis = 3591000 where job_id = 'job-1' and reading_millis > 0");

        assertThat(database.reconciliation()).containsExactly("job-1 ledger 399 400", "job-1 statement 399 400");
    }

    private void asSuperuserWithoutTriggers(String sql) throws SQLException {
        database.execute(ServiceRole.SUPERUSER, "set session_replication_role = replica; " + sql);
    }

    private void post(JobStory story) throws SQLException {
        BillingRound round = new BillingRound(List.of(), JobStory.BEGINNING);
        List<JobEvent> history = story.history();
        history.forEach(entry -> round.take(entry.jobId(), entry));
        EventJson json = new EventJson();
        try (Connection connection = database.asService().getConnection()) {
            connection.setAutoCommit(false);
            BillRows.save(
                    connection,
                    round.changed().values(),
                    history.stream()
                            .filter(Meter::matters)
                            .map(entry -> new BillRows.Fact(entry, json.body(entry)))
                            .toList());
            LedgerRows.append(connection, round.postings());
            connection.commit();
        }
    }
}
