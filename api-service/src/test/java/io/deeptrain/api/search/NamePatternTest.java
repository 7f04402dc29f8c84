package io.deeptrain.api.search;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {"cat*,cat%", "*,%", "cat,%cat%", "\"\",%%", "5%*,5\\%%", "a_b,%a\\_b%", "a\\b*,a\\\\b%"})
    void a_star_is_anything_and_all_else_is_itself(String pattern, String like) {
        assertThat(new NamePattern(pattern).ofLike()).isEqualTo(like);
    }
}
