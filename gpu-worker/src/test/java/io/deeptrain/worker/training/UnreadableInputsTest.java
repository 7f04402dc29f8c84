package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.artifact.LeftOut;
import org.junit.jupiter.api.Test;

class UnreadableInputsTest {
    @Test
    void the_tolerance_itself_is_not_too_many() {
        UnreadableInputs unreadable = new UnreadableInputs(200, 1);
        unreadable.add("a", "torn");
        unreadable.add("b", "empty");
        assertThat(unreadable.areTooMany()).isFalse();
        unreadable.add("c", "torn");
        assertThat(unreadable.areTooMany()).isTrue();
        assertThat(unreadable.complaint())
                .isEqualTo("more than 1 % of the 200 inputs cannot be read, 3 so far: a (torn), b (empty), c (torn)");
    }

    @Test
    void all_are_counted_and_a_hundred_are_named() {
        UnreadableInputs unreadable = new UnreadableInputs(1000, 10);
        for (int n = 0; n <= UnreadableInputs.NAMED_MAX; n++) {
            unreadable.add("input-" + n, "torn");
        }
        assertThat(unreadable.complaint())
                .startsWith("more than 10 % of the 1000 inputs cannot be read, 101 so far, the first 100 of them: "
                        + "input-0 (torn), input-1 (torn), ")
                .endsWith(", input-99 (torn)");
        assertThat(unreadable.leftOut().count()).isEqualTo(101);
        assertThat(unreadable.leftOut().inputs()).hasSize(101).endsWith(new LeftOut.Input("input-100", "torn"));
    }

    @Test
    void ten_thousand_of_those_that_are_left_out_are_listed() {
        UnreadableInputs unreadable = new UnreadableInputs(20_000, 100);
        for (int n = 0; n < LeftOut.LISTED_MAX; n++) {
            unreadable.add("input-" + n, "torn");
        }
        assertThat(unreadable.leftOut().inputs()).hasSize(10_000);
        unreadable.add("one-more", "empty");
        assertThat(unreadable.leftOut().count()).isEqualTo(10_001);
        assertThat(unreadable.leftOut().inputs()).hasSize(10_000).endsWith(new LeftOut.Input("input-9999", "torn"));
    }
}
