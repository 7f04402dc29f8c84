package io.deeptrain.cli.screen;

import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.ChargeEvent.Line;
import io.deeptrain.event.ChargeEvent.Statement;
import java.util.ArrayList;
import java.util.List;

/** A bill with the readings that it comes from, so that anybody can do the sum again. */
public final class BillLines {
    /** How the amounts come about. */
    public static final String FORMULA = "cost = rate x GPUs x billed seconds / 3600, rounded down to the cent, once";

    private static final String ROW = "%-22s %-10s %8s  %-16s %8s";

    private BillLines() {}

    /** One training on the bill. */
    public record Item(String name, String outcome, Statement statement) {}

    /** Every item with its readings, then the sum. All items are of one currency. */
    public static List<String> of(List<Item> items) {
        List<String> lines = new ArrayList<>();
        lines.add(ROW.formatted("training", "ended", "billed", "rate", "cost"));
        long totalCents = 0;
        String currency = "";
        for (Item item : items) {
            Statement statement = item.statement();
            currency = statement.rate().currency();
            totalCents += statement.amountCents();
            lines.add(ROW.formatted(
                    item.name(),
                    item.outcome(),
                    statement.billedSeconds() + " s",
                    "%s x %s".formatted(Words.rate(statement.rate()), Words.count(statement.gpus(), "GPU")),
                    Words.amount(statement.amountCents(), currency)));
            statement.lines().forEach(line -> lines.add("  " + reading(line)));
        }
        lines.add(ROW.formatted("total", "", "", "", Words.amount(totalCents, currency)));
        return lines;
    }

    private static String reading(Line line) {
        String read = "attempt %s: %s on the meter".formatted(line.attempt(), Words.reading(line.readingMillis()));
        if (line.freeMillis() == 0) {
            return read + ", all of it billed";
        }
        return "%s, %s billed, %s free: %s"
                .formatted(
                        read,
                        Words.reading(line.billableMillis()),
                        Words.reading(line.freeMillis()),
                        reason(line.freeReason()));
    }

    private static String reason(FreeReason reason) {
        return switch (reason) {
            case NOTHING_FREE -> "no reason given";
            case LOST_WORK -> "work that was lost and done again";
            case PLATFORM_FAILURE -> "the failure was the platform's";
            case AFTER_CANCEL -> "after the cancel";
            case OVER_READ -> "more than the server's own clock allows";
            case OVER_CAP -> "above the cost cap";
        };
    }
}
