package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Paging.Mark;
import io.deeptrain.api.invoice.InvoiceLine;
import io.deeptrain.api.invoice.JobLines;
import io.deeptrain.event.ChargeEvent.ChargeDivided;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;

/** The table {@code invoice_line}: what each job adds to which month's invoice. */
public final class Invoices {
    private static final int MONTHS_PER_RANK_YEAR = 100;

    private Invoices() {}

    /** What a month costs a user, in one currency. R16: the total is the sum of the lines. */
    public record Invoice(YearMonth month, String currency, long lineCount, long totalCents) {}

    /**
     * A line as it is shown.
     *
     * @param outcome how the training ended: {@code SUCCEEDED}, {@code FAILED}, {@code CANCELLED}, or {@code OPEN}
     * @param reason the completion of one that succeeded, whose fault it was if it failed, else empty
     * @param isFinal whether billing has posted the job's charge
     */
    public record ShownLine(
            InvoiceLine line,
            JobId jobId,
            Tenant tenant,
            String modelId,
            String versionId,
            boolean deleted,
            String outcome,
            String reason,
            boolean isFinal,
            int gpus,
            long centsPerGpuHour,
            String currency) {}

    /** Keeps how a charge lies in the months, if that is newer than what is kept. */
    public static void keep(Connection connection, ChargeDivided divided) throws SQLException {
        Optional<String> currency = Sql.first(
                connection,
                """
                update charge set divided_revision = ? where job_id = ? and divided_revision < ?
                returning statement->'rate'->>'currency'
                """,
                row -> row.getString(1),
                divided.revision(),
                divided.jobId().value(),
                divided.revision());
        if (currency.isEmpty()) {
            return;
        }
        List<InvoiceLine> known = Sql.list(
                connection,
                "select month, corrects, billed_seconds, amount_cents from invoice_line where job_id = ?",
                row -> line(row, 0),
                divided.jobId().value());
        List<InvoiceLine> revised = JobLines.revised(known, divided.parts(), divided.occurredAt());
        for (InvoiceLine gone :
                known.stream().filter(line -> !isIn(revised, line)).toList()) {
            Sql.update(
                    connection,
                    "delete from invoice_line where job_id = ? and month = ? and corrects = ?",
                    divided.jobId().value(),
                    gone.month().toString(),
                    text(gone.corrects()));
        }
        for (InvoiceLine line :
                revised.stream().filter(line -> !known.contains(line)).toList()) {
            put(connection, divided, line, currency.get());
        }
        Budgets.releaseIfFinal(connection, divided.jobId());
    }

    private static boolean isIn(List<InvoiceLine> revised, InvoiceLine line) {
        return revised.stream()
                .anyMatch(other ->
                        other.month().equals(line.month()) && other.corrects().equals(line.corrects()));
    }

    private static void put(Connection connection, ChargeDivided divided, InvoiceLine line, String currency)
            throws SQLException {
        Sql.update(
                connection,
                """
                insert into invoice_line (job_id, user_id, app_id, month, corrects, billed_seconds, amount_cents,
                                          currency)
                values (?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (job_id, month, corrects) do update set
                    billed_seconds = excluded.billed_seconds, amount_cents = excluded.amount_cents,
                    changed_at = clock_timestamp()
                """,
                divided.jobId().value(),
                divided.tenant().userId(),
                divided.tenant().appId(),
                line.month().toString(),
                text(line.corrects()),
                line.billedSeconds(),
                line.amountCents(),
                currency);
    }

    /** Keeps how a job ended, for its lines to say. */
    public static void keepEnd(Connection connection, JobEvent.Terminal end) throws SQLException {
        String outcome;
        String reason;
        switch (end) {
            case JobSucceeded succeeded -> {
                outcome = "SUCCEEDED";
                reason = succeeded.completion().name();
            }
            case JobFailed failed -> {
                outcome = "FAILED";
                reason = failed.fault().name();
            }
            case JobCancelled _ -> {
                outcome = "CANCELLED";
                reason = "";
            }
        }
        Sql.update(
                connection,
                "update model_version set outcome = ?, outcome_reason = ? where job_id = ?",
                outcome,
                reason,
                end.jobId().value());
    }

    /** The invoices of a user, the newest month first. */
    public static Slice<Invoice> list(Connection connection, String userId, Page page) throws SQLException {
        Mark after = page.after().orElse(new Mark(Integer.MAX_VALUE, Long.MAX_VALUE));
        return Slice.read(
                connection,
                page,
                """
                select month, currency, count(*), sum(amount_cents)::bigint, min(position)
                from invoice_line where user_id = ?
                group by month, currency
                having (replace(month, '-', '')::bigint, min(position)) < (?, ?)
                order by month desc, min(position) desc offset ? limit ?
                """,
                row -> new Invoice(YearMonth.parse(row.getString(1)), row.getString(2), row.getLong(3), row.getLong(4)),
                row -> {
                    YearMonth month = YearMonth.parse(row.getString(1));
                    return new Mark(
                            month.getYear() * (long) MONTHS_PER_RANK_YEAR + month.getMonthValue(), row.getLong(5));
                },
                userId,
                after.rank(),
                after.position(),
                page.offset(),
                page.size());
    }

    /** A user's invoice of a month; it may have no lines. */
    public static Invoice find(Connection connection, String userId, YearMonth month, String currency)
            throws SQLException {
        return Sql.first(
                        connection,
                        """
                        select count(*), coalesce(sum(amount_cents), 0)::bigint from invoice_line
                        where user_id = ? and month = ? and currency = ?
                        """,
                        row -> new Invoice(month, currency, row.getLong(1), row.getLong(2)),
                        userId,
                        month.toString(),
                        currency)
                .orElseThrow();
    }

    /** The lines of an invoice, in the order in which their jobs first cost something. */
    public static Slice<ShownLine> lines(Connection connection, String userId, Invoice invoice, Page page)
            throws SQLException {
        return Slice.read(
                connection,
                page,
                """
                select l.month, l.corrects, l.billed_seconds, l.amount_cents, l.job_id, l.user_id, l.app_id,
                       coalesce(v.model_id, ''), coalesce(v.version_id, ''), v.deleted_at is not null,
                       coalesce(v.outcome, 'OPEN'), coalesce(v.outcome_reason, ''),
                       c.final, c.statement->>'gpus', c.statement->'rate'->>'centsPerGpuHour', l.currency, l.position
                from invoice_line l join charge c on c.job_id = l.job_id
                left join model_version v on v.job_id = l.job_id
                where l.user_id = ? and l.month = ? and l.currency = ? and l.position > ?
                order by l.position offset ? limit ?
                """,
                Invoices::shown,
                userId,
                invoice.month().toString(),
                invoice.currency(),
                page.above(),
                page.offset(),
                page.size());
    }

    private static ShownLine shown(ResultSet row) throws SQLException {
        return new ShownLine(
                line(row, 0),
                new JobId(row.getString(5)),
                new Tenant(row.getString(6), row.getString(7)),
                row.getString(8),
                row.getString(9),
                row.getBoolean(10),
                row.getString(11),
                row.getString(12),
                row.getBoolean(13),
                row.getInt(14),
                row.getLong(15),
                row.getString(16));
    }

    private static InvoiceLine line(ResultSet row, int before) throws SQLException {
        String corrects = row.getString(before + 2);
        return new InvoiceLine(
                YearMonth.parse(row.getString(before + 1)),
                corrects.isEmpty() ? Optional.empty() : Optional.of(YearMonth.parse(corrects)),
                row.getLong(before + 3),
                row.getLong(before + 4));
    }

    private static String text(Optional<YearMonth> month) {
        return month.map(YearMonth::toString).orElse("");
    }
}
