package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.budget.Budget;
import io.deeptrain.api.budget.Hold;
import io.deeptrain.api.budget.Standing;
import io.deeptrain.api.budget.Standing.Held;
import io.deeptrain.api.version.VersionMachine;
import io.deeptrain.api.version.VersionMachine.Stop;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tables {@code budget}, {@code budget_alert} and {@code training_hold}. */
public final class Budgets {
    private static final String SELECT = "select budget_id, user_id, app_id, amount_cents, alerts, hard from budget ";

    private Budgets() {}

    /** What a budget covers: one app of a user, or all of them. */
    public record Coverage(String userId, Optional<String> appId) {
        public static Coverage of(Tenant tenant) {
            return new Coverage(tenant.userId(), Optional.of(tenant.appId()));
        }

        private @Nullable String app() {
            return appId.orElse(null);
        }
    }

    /** A budget as it is kept. */
    public record StoredBudget(long id, Coverage coverage, Budget budget) {}

    public static Optional<StoredBudget> find(Connection connection, Coverage coverage) throws SQLException {
        return Sql.first(
                connection,
                SELECT + "where user_id = ? and app_id is not distinct from ?",
                Budgets::read,
                coverage.userId(),
                coverage.app());
    }

    /** Sets the budget, whether there was one or not. */
    public static StoredBudget put(Connection connection, Coverage coverage, Budget budget) throws SQLException {
        Sql.update(
                connection,
                """
                insert into budget (user_id, app_id, amount_cents, alerts, hard) values (?, ?, ?, ?, ?)
                on conflict (user_id, app_id) do update set
                    amount_cents = excluded.amount_cents, alerts = excluded.alerts, hard = excluded.hard,
                    modified_at = clock_timestamp()
                """,
                coverage.userId(),
                coverage.app(),
                budget.amountCents(),
                connection.createArrayOf("int", budget.alerts().toArray()),
                budget.hard());
        return find(connection, coverage).orElseThrow();
    }

    /** False if there was none. */
    public static boolean delete(Connection connection, Coverage coverage) throws SQLException {
        return Sql.update(
                        connection,
                        "delete from budget where user_id = ? and app_id is not distinct from ?",
                        coverage.userId(),
                        coverage.app())
                == 1;
    }

    /**
     * The budgets that a training of this tenant counts on, held until the end of the transaction: what one submission
     * sees as left, no other can take. Everybody holds the user's first.
     */
    public static List<StoredBudget> hold(Connection connection, Tenant tenant) throws SQLException {
        return Sql.list(
                connection,
                SELECT + "where user_id = ? and (app_id is null or app_id = ?) order by app_id nulls first for update",
                Budgets::read,
                tenant.userId(),
                tenant.appId());
    }

    /** The budget, held until the end of the transaction; nothing if it is gone or somebody else holds it. */
    public static Optional<StoredBudget> holdIfFree(Connection connection, StoredBudget known) throws SQLException {
        return Sql.first(connection, SELECT + "where budget_id = ? for update skip locked", Budgets::read, known.id());
    }

    /** The budgets over which something was charged lately. */
    public static List<StoredBudget> chargedWithin(Connection connection, Duration lately) throws SQLException {
        return Sql.list(connection, SELECT + """
                        where exists (
                            select 1 from invoice_line l
                            where l.changed_at > clock_timestamp() - make_interval(secs => ?)
                              and l.user_id = budget.user_id and (budget.app_id is null or l.app_id = budget.app_id))
                        """, Budgets::read, (double) lately.toSeconds());
    }

    public static List<StoredBudget> all(Connection connection) throws SQLException {
        return Sql.list(connection, SELECT + "order by budget_id", Budgets::read);
    }

    /** How a budget stands in a month. */
    public static Standing standing(Connection connection, StoredBudget stored, YearMonth month, String currency)
            throws SQLException {
        Coverage coverage = stored.coverage();
        // The holds first: a training that is charged for good in between is then counted twice, and not left out.
        List<Held> holds = Sql.list(connection, """
                select h.job_id, h.cents, h.cap_cents,
                       coalesce((select sum(l.amount_cents) from invoice_line l where l.job_id = h.job_id), 0)::bigint,
                       coalesce(v.state->>'kind' = 'training' and not (v.state->>'stopAsked')::boolean, false)
                from training_hold h left join model_version v on v.job_id = h.job_id
                where h.open and h.user_id = ? and h.app_id = coalesce(?, h.app_id)
                order by h.job_id
                """, Budgets::held, coverage.userId(), coverage.app());
        long spent = Sql.first(
                        connection,
                        """
                        select coalesce(sum(amount_cents), 0)::bigint from invoice_line
                        where user_id = ? and app_id = coalesce(?, app_id) and month = ? and currency = ?
                        """,
                        row -> row.getLong(1),
                        coverage.userId(),
                        coverage.app(),
                        month.toString(),
                        currency)
                .orElseThrow();
        return new Standing(stored.budget(), spent, holds);
    }

    /** Sets aside for a training that is accepted in this transaction. */
    public static void setAside(Connection connection, JobId jobId, Tenant tenant, Hold hold) throws SQLException {
        Sql.update(
                connection,
                "insert into training_hold (job_id, user_id, app_id, cents, cap_cents) values (?, ?, ?, ?, ?)",
                jobId.value(),
                tenant.userId(),
                tenant.appId(),
                hold.placedCents(),
                switch (hold.cap()) {
                    case CostCap.Unlimited() -> null;
                    case CostCap.AtMost(long cents) -> cents;
                });
    }

    /** Nothing is held any more for a job whose lines are up to its final charge. */
    static void releaseIfFinal(Connection connection, JobId jobId) throws SQLException {
        Sql.update(connection, """
                update training_hold set open = false
                where job_id = ? and open
                  and exists (select 1 from charge c where c.job_id = training_hold.job_id and c.final
                                                       and c.divided_revision >= c.revision)
                """, jobId.value());
    }

    /** Ends a training that is under way, and keeps what it has learned; false if there is nothing to end. */
    public static boolean stop(Connection connection, JobId jobId) throws SQLException {
        Optional<StoredVersion> held = Versions.lockByJob(connection, jobId);
        if (held.isEmpty()) {
            return false;
        }
        Instant now = Sql.now(connection);
        return switch (VersionMachine.stopAtBudget(held.get().version(), now)) {
            case Stop.Accepted(var turn) -> {
                Versions.apply(connection, held.get(), turn, now);
                yield !turn.told().isEmpty();
            }
            case Stop.Refused _ -> false;
        };
    }

    /** False if it was told before. */
    public static boolean takeAlert(Connection connection, StoredBudget stored, YearMonth month, int percent)
            throws SQLException {
        return Sql.update(
                        connection,
                        "insert into budget_alert (budget_id, month, percent) values (?, ?, ?) on conflict do nothing",
                        stored.id(),
                        month.toString(),
                        percent)
                == 1;
    }

    private static StoredBudget read(ResultSet row) throws SQLException {
        Integer[] alerts = (Integer[]) row.getArray(5).getArray();
        return new StoredBudget(
                row.getLong(1),
                new Coverage(row.getString(2), Optional.ofNullable(row.getString(3))),
                new Budget(row.getLong(4), Arrays.asList(alerts), row.getBoolean(6)));
    }

    private static Held held(ResultSet row) throws SQLException {
        long cap = row.getLong(3);
        CostCap atMost = row.wasNull() ? new CostCap.Unlimited() : new CostCap.AtMost(cap);
        return new Held(
                new JobId(row.getString(1)), new Hold(row.getLong(2), atMost), row.getLong(4), row.getBoolean(5));
    }
}
