package io.deeptrain.billing.adapter.postgres;

import io.deeptrain.billing.ledger.LedgerKey;
import io.deeptrain.billing.meter.JobUsage;
import io.deeptrain.billing.money.Money;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** What others may ask about bills. It changes nothing. */
@ApplicationScoped
public class BillReader {
    /** The most jobs that one answer lists. */
    public static final int JOBS_MAX = 1000;

    private final DataSource dataSource;

    BillReader(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** One job's sum, as it was last told. */
    public record JobSum(
            JobId jobId, Tenant tenant, long revision, boolean isFinal, long billedSeconds, Money amount) {}

    /** What was posted for a job: the transaction, what it made the tenant owe, and its place in the chain. */
    public record Posting(LedgerKey key, String kind, Money owed, String hash) {}

    @Transactional
    public Optional<JobSum> sum(JobId jobId) {
        return JobUsageEntity.<JobUsageEntity>findByIdOptional(jobId.value()).map(BillReader::sum);
    }

    /** Sums over all the jobs of a tenant, whose prices are in one currency. */
    public record TenantSum(long postedCents, long runningCents, long billedSeconds, long jobs, String currency) {}

    /** By currency, in the order of their names. */
    public List<TenantSum> totals(Tenant tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("""
                        select coalesce(sum(amount_cents) filter (where final), 0),
                               coalesce(sum(amount_cents) filter (where not final), 0),
                               sum(billed_seconds), count(*), currency
                        from billing.job_usage where user_id = ? and app_id = ? group by currency order by currency""")) {
            select.setString(1, tenant.userId());
            select.setString(2, tenant.appId());
            List<TenantSum> totals = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    totals.add(new TenantSum(
                            row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getString(5)));
                }
            }
            return totals;
        }
    }

    /** The newest jobs first, {@link #JOBS_MAX} at most. */
    @Transactional
    public List<JobSum> sums(Tenant tenant) {
        return JobUsageEntity.<JobUsageEntity>find(
                        "userId = ?1 and appId = ?2",
                        Sort.descending("acceptedAt", "jobId"),
                        tenant.userId(),
                        tenant.appId())
                .page(0, JOBS_MAX)
                .stream()
                .map(BillReader::sum)
                .toList();
    }

    /** The usage of a known job, folded from its history as stored now. */
    public JobUsage usage(JobId jobId) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return BillRows.read(connection, jobId).getFirst();
        }
    }

    public List<Posting> postings(JobId jobId) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("""
                        select period, revision, kind, amount_cents, currency, hash
                        from billing.ledger_tx join billing.ledger_entry on tx_id = id
                        where job_id = ? and account = 'receivable' order by period, revision""")) {
            select.setString(1, jobId.value());
            List<Posting> postings = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    postings.add(new Posting(
                            new LedgerKey(jobId, YearMonth.parse(row.getString(1)), row.getInt(2)),
                            row.getString(3),
                            new Money(row.getLong(4), row.getString(5)),
                            row.getString(6)));
                }
            }
            return postings;
        }
    }

    private static JobSum sum(JobUsageEntity row) {
        return new JobSum(
                new JobId(row.jobId),
                new Tenant(row.userId, row.appId),
                row.revision,
                row.isFinal,
                row.billedSeconds,
                new Money(row.amountCents, row.currency));
    }
}
