package io.deeptrain.api.invoice;

import io.deeptrain.event.ChargeEvent.MonthPart;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What becomes of a job's invoice lines when billing states its charge anew (R12).
 *
 * <ul>
 *   <li>On an invoice that is open the line shows the newest statement.
 *   <li>On one that is closed it stays. If the newest statement is lower, the difference is a credit on the invoice of
 *       the month in which it was stated. If it is higher, it changes nothing: a month that was closed never costs
 *       more.
 * </ul>
 */
public final class JobLines {
    private JobLines() {}

    /**
     * The lines of a job after a statement.
     *
     * @param known its lines before
     * @param parts the newest statement, one for each month
     * @param statedAt when billing said so: what was closed then stays as it is, however late it is read here
     */
    public static List<InvoiceLine> revised(Collection<InvoiceLine> known, List<MonthPart> parts, Instant statedAt) {
        YearMonth current = InvoiceMonths.of(statedAt);
        List<InvoiceLine> lines = new ArrayList<>(
                known.stream().filter(line -> stays(line, current, statedAt)).toList());
        Map<YearMonth, MonthPart> stated = new TreeMap<>();
        parts.forEach(part -> stated.put(part.month(), part));
        stated.values().stream()
                .filter(part -> !InvoiceMonths.isClosed(part.month(), statedAt))
                .map(part -> InvoiceLine.used(part.month(), part.billedSeconds(), part.amountCents()))
                .forEach(lines::add);
        List<InvoiceLine> settled = List.copyOf(lines);
        for (YearMonth closed : closedMonths(settled, statedAt)) {
            MonthPart newest = Optional.ofNullable(stated.get(closed)).orElse(new MonthPart(closed, 0, 0));
            credit(settled, current, newest).ifPresent(lines::add);
        }
        return List.copyOf(lines);
    }

    /** A credit that the current month has already is made anew with the newest statement. */
    private static boolean stays(InvoiceLine line, YearMonth current, Instant statedAt) {
        return line.corrects().isPresent()
                ? !line.month().equals(current)
                : InvoiceMonths.isClosed(line.month(), statedAt);
    }

    private static Collection<YearMonth> closedMonths(List<InvoiceLine> lines, Instant statedAt) {
        TreeSet<YearMonth> months = new TreeSet<>();
        lines.stream()
                .map(InvoiceLine::about)
                .filter(month -> InvoiceMonths.isClosed(month, statedAt))
                .forEach(months::add);
        return months;
    }

    private static Optional<InvoiceLine> credit(List<InvoiceLine> settled, YearMonth current, MonthPart newest) {
        List<InvoiceLine> billed = settled.stream()
                .filter(line -> line.about().equals(newest.month()))
                .toList();
        long cents = newest.amountCents()
                - billed.stream().mapToLong(InvoiceLine::amountCents).sum();
        long seconds = newest.billedSeconds()
                - billed.stream().mapToLong(InvoiceLine::billedSeconds).sum();
        return cents < 0
                ? Optional.of(InvoiceLine.credit(current, newest.month(), Math.min(0, seconds), cents))
                : Optional.empty();
    }
}
