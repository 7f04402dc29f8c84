package io.deeptrain.api.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.deeptrain.event.ChargeEvent.MonthPart;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** R12, on both sides of the moment at which October closes. */
class JobLinesTest {
    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);
    private static final YearMonth DECEMBER = YearMonth.of(2026, 12);

    private static final Instant IN_OCTOBER = Instant.parse("2026-10-31T23:00:00Z");
    private static final Instant OCTOBER_STILL_OPEN = Instant.parse("2026-11-03T23:59:59Z");
    private static final Instant OCTOBER_CLOSED = Instant.parse("2026-11-04T00:00:00Z");
    private static final Instant OCTOBER_AND_NOVEMBER_CLOSED = Instant.parse("2026-12-04T00:00:00Z");

    private static MonthPart part(YearMonth month, long seconds, long cents) {
        return new MonthPart(month, seconds, cents);
    }

    @Test
    void while_a_month_is_open_its_line_shows_the_newest_statement() {
        List<InvoiceLine> lines = JobLines.revised(List.of(), List.of(part(OCTOBER, 900, 100)), IN_OCTOBER);
        assertThat(lines).containsExactly(InvoiceLine.used(OCTOBER, 900, 100));

        lines = JobLines.revised(lines, List.of(part(OCTOBER, 1800, 200), part(NOVEMBER, 90, 10)), OCTOBER_STILL_OPEN);
        assertThat(lines).containsExactly(InvoiceLine.used(OCTOBER, 1800, 200), InvoiceLine.used(NOVEMBER, 90, 10));

        lines = JobLines.revised(lines, List.of(part(OCTOBER, 0, 0), part(NOVEMBER, 0, 0)), OCTOBER_STILL_OPEN);
        assertThat(lines).containsExactly(InvoiceLine.used(OCTOBER, 0, 0), InvoiceLine.used(NOVEMBER, 0, 0));
    }

    @Test
    void less_for_a_closed_month_is_a_credit_on_the_current_one() {
        List<InvoiceLine> known = List.of(InvoiceLine.used(OCTOBER, 1800, 200), InvoiceLine.used(NOVEMBER, 90, 10));

        assertThat(JobLines.revised(known, List.of(part(OCTOBER, 0, 0), part(NOVEMBER, 0, 0)), OCTOBER_CLOSED))
                .containsExactly(
                        InvoiceLine.used(OCTOBER, 1800, 200),
                        InvoiceLine.used(NOVEMBER, 0, 0),
                        InvoiceLine.credit(NOVEMBER, OCTOBER, -1800, -200));
        assertThat(JobLines.revised(known, List.of(part(OCTOBER, 900, 100), part(NOVEMBER, 90, 10)), OCTOBER_CLOSED))
                .containsExactly(
                        InvoiceLine.used(OCTOBER, 1800, 200),
                        InvoiceLine.used(NOVEMBER, 90, 10),
                        InvoiceLine.credit(NOVEMBER, OCTOBER, -900, -100));
    }

    @Test
    void more_for_a_closed_month_is_never_asked_for() {
        List<InvoiceLine> known = List.of(InvoiceLine.used(OCTOBER, 1800, 200));

        assertThat(JobLines.revised(known, List.of(part(OCTOBER, 3600, 400), part(NOVEMBER, 90, 10)), OCTOBER_CLOSED))
                .containsExactly(InvoiceLine.used(OCTOBER, 1800, 200), InvoiceLine.used(NOVEMBER, 90, 10));
        assertThat(JobLines.revised(List.of(), List.of(part(OCTOBER, 3600, 400)), OCTOBER_CLOSED))
                .isEmpty();
    }

    @Test
    void a_credit_of_a_closed_month_counts_before_another_is_given() {
        List<InvoiceLine> credited = JobLines.revised(
                List.of(InvoiceLine.used(OCTOBER, 1800, 200)), List.of(part(OCTOBER, 900, 100)), OCTOBER_CLOSED);

        assertThat(JobLines.revised(credited, List.of(part(OCTOBER, 90, 10)), OCTOBER_AND_NOVEMBER_CLOSED))
                .containsExactly(
                        InvoiceLine.used(OCTOBER, 1800, 200),
                        InvoiceLine.credit(NOVEMBER, OCTOBER, -900, -100),
                        InvoiceLine.credit(DECEMBER, OCTOBER, -810, -90));
        assertThat(JobLines.revised(credited, List.of(part(OCTOBER, 1800, 200)), OCTOBER_AND_NOVEMBER_CLOSED))
                .as("a credit that was given is not taken back")
                .containsExactly(
                        InvoiceLine.used(OCTOBER, 1800, 200), InvoiceLine.credit(NOVEMBER, OCTOBER, -900, -100));
    }

    @Test
    void the_same_statement_again_changes_nothing_and_what_is_asked_for_never_exceeds_the_largest() {
        Random random = new Random(12);
        for (int round = 0; round < 2_000; round++) {
            List<InvoiceLine> lines = List.of();
            Instant now = Instant.parse("2026-10-01T00:00:00Z");
            long largest = 0;
            for (int step = 0; step < 8; step++) {
                now = now.plusSeconds(random.nextInt(20 * 24 * 3600));
                List<MonthPart> parts = List.of(
                        part(OCTOBER, random.nextInt(100), random.nextInt(50)),
                        part(NOVEMBER, random.nextInt(100), random.nextInt(50)));
                largest = Math.max(
                        largest,
                        parts.stream().mapToLong(MonthPart::amountCents).max().orElse(0) * 2);
                lines = JobLines.revised(lines, parts, now);
                assertThat(JobLines.revised(lines, parts, now)).containsExactlyInAnyOrderElementsOf(lines);
                long owed = lines.stream().mapToLong(InvoiceLine::amountCents).sum();
                assertThat(owed).isBetween(0L, largest);
            }
        }
    }

    @Test
    void a_correction_goes_down_and_back_in_time() {
        assertThatIllegalArgumentException().isThrownBy(() -> InvoiceLine.credit(NOVEMBER, OCTOBER, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> InvoiceLine.credit(OCTOBER, OCTOBER, 0, -1));
    }
}
