package io.deeptrain.billing.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MoneyTest {

    @ParameterizedTest
    @CsvSource({"501, 5.01 USD", "0, 0.00 USD", "-7, -0.07 USD", "-1234, -12.34 USD"})
    void an_amount_reads_as_units_and_cents(long cents, String text) {
        assertThat(new Money(cents, "USD")).hasToString(text);
    }

    @Test
    void amounts_of_two_currencies_are_not_added() {
        Money dollar = new Money(100, "USD");
        Money euro = new Money(100, "EUR");

        assertThatThrownBy(() -> dollar.plus(euro))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot add 1.00 EUR to 1.00 USD");
    }

    @Test
    void a_sum_that_does_not_fit_is_refused() {
        Money most = new Money(Long.MAX_VALUE, "USD");
        Money cent = new Money(1, "USD");

        assertThatThrownBy(() -> most.plus(cent)).isInstanceOf(ArithmeticException.class);
    }
}
