package io.deeptrain.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {

    /** PostgreSQL takes no zero byte and UTF-8 no half of a pair: such an id would fail wherever it is stored. */
    @ParameterizedTest
    @ValueSource(strings = {"job\u0000", "job\n", "job\ud800", " ", ""})
    void an_id_that_could_not_be_stored_is_rejected(String value) {
        assertThatThrownBy(() -> new JobId(value)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"usd", "US", "US\u0000", "DOLLAR"})
    void a_currency_is_three_capital_letters(String currency) {
        assertThatThrownBy(() -> new Rate(400, currency)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_id_may_have_letters_of_any_language() {
        assertThat(new JobId("größe-模型")).hasToString("größe-模型");
    }
}
