package io.deeptrain.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OutboxRowTest {
    @Test
    void a_row_may_be_as_large_as_the_limit_and_no_larger() {
        int rest = "topic".length() + "key".length() + "name".length() + "ä".length() + 1;

        OutboxRow largest = row(new byte[OutboxRow.BYTES_MAX - rest]);

        assertThat(largest.body()).hasSize(OutboxRow.BYTES_MAX - rest);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row(new byte[OutboxRow.BYTES_MAX - rest + 1]))
                .withMessage("a record for topic has 2000001 bytes, at most 2000000 are allowed");
    }

    @Test
    void a_null_character_which_no_database_text_holds_is_rejected() {
        assertThatIllegalArgumentException().isThrownBy(() -> new OutboxRow("topic", "k\0", Map.of(), new byte[0]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OutboxRow("topic", "k", Map.of("name", "\0"), new byte[0]));
    }

    @Test
    void rows_of_equal_content_are_equal() {
        assertThat(row(new byte[] {1, 2})).isEqualTo(row(new byte[] {1, 2})).hasSameHashCodeAs(row(new byte[] {1, 2}));
        assertThat(row(new byte[] {1, 2})).isNotEqualTo(row(new byte[] {1, 3}));
    }

    private static OutboxRow row(byte[] body) {
        return new OutboxRow("topic", "key", Map.of("name", "ä"), body);
    }
}
