package io.deeptrain.api.invoice;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.YearMonth;
import org.junit.jupiter.api.Test;

class InvoiceMonthsTest {
    private static final YearMonth FEBRUARY = YearMonth.of(2028, 2);

    @Test
    void a_month_begins_and_ends_at_midnight_utc() {
        assertThat(InvoiceMonths.of(Instant.parse("2028-02-01T00:00:00Z"))).isEqualTo(FEBRUARY);
        assertThat(InvoiceMonths.of(Instant.parse("2028-02-29T23:59:59.999Z"))).isEqualTo(FEBRUARY);
        assertThat(InvoiceMonths.of(Instant.parse("2028-03-01T00:00:00Z"))).isEqualTo(FEBRUARY.plusMonths(1));
    }

    @Test
    void an_invoice_closes_three_days_into_the_next_month() {
        assertThat(InvoiceMonths.closesAt(FEBRUARY)).isEqualTo(Instant.parse("2028-03-04T00:00:00Z"));
        assertThat(InvoiceMonths.isClosed(FEBRUARY, Instant.parse("2028-03-03T23:59:59.999Z")))
                .isFalse();
        assertThat(InvoiceMonths.isClosed(FEBRUARY, Instant.parse("2028-03-04T00:00:00Z")))
                .isTrue();
        assertThat(InvoiceMonths.isClosed(YearMonth.of(2027, 12), Instant.parse("2028-01-04T00:00:00Z")))
                .isTrue();
    }
}
