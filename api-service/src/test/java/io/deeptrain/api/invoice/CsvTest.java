package io.deeptrain.api.invoice;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
    @Test
    void numbers_and_plain_texts_stand_as_they_are() {
        assertThat(Csv.row("digits", 12, -400L, "", true)).isEqualTo("digits,12,-400,,true\r\n");
    }

    @Test
    void what_would_end_a_cell_is_quoted() {
        assertThat(Csv.row("a,b", "say \"no\"", "two\nlines"))
                .isEqualTo("\"a,b\",\"say \"\"no\"\"\",\"two\nlines\"\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=HYPERLINK(\"http://x\",\"y\")"})
    void a_text_that_a_spreadsheet_would_compute_is_made_a_text(String formula) {
        assertThat(Csv.row(formula).replace("\"", "")).startsWith("'");
    }
}
