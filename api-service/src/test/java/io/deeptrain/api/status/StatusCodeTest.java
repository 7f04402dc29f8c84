package io.deeptrain.api.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StatusCodeTest {

    @Test
    void no_code_stands_twice_in_the_table() {
        assertThat(Arrays.stream(StatusCode.values()).map(StatusCode::code)).doesNotHaveDuplicates();
    }

    @Test
    void a_code_leads_back_to_its_status() {
        for (StatusCode status : StatusCode.values()) {
            assertThat(StatusCode.of(status.code())).contains(status);
        }
        assertThat(StatusCode.of(1)).isEmpty();
    }
}
