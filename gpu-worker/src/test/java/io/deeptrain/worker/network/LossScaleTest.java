package io.deeptrain.worker.network;

import static io.deeptrain.worker.network.LossScale.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossScaleTest {
    private static LossScale afterGoodSteps(LossScale from, int steps) {
        LossScale scale = from;
        for (int n = 0; n < steps; n++) {
            scale = scale.afterGoodStep();
        }
        return scale;
    }

    @Test
    void it_begins_with_65536_and_is_doubled_after_2000_good_steps() {
        assertThat(START).isEqualTo(new LossScale(65_536, 0, 0));
        assertThat(afterGoodSteps(START, 1_999)).isEqualTo(new LossScale(65_536, 1_999, 0));
        assertThat(afterGoodSteps(START, 2_000)).isEqualTo(new LossScale(131_072, 0, 0));
        assertThat(afterGoodSteps(START, 4_000)).isEqualTo(new LossScale(262_144, 0, 0));
    }

    @Test
    void a_skipped_step_halves_it_and_begins_the_count_of_good_ones_anew() {
        LossScale skipped = afterGoodSteps(START, 1_999).afterSkippedStep();
        assertThat(skipped).isEqualTo(new LossScale(32_768, 0, 1));
        assertThat(afterGoodSteps(skipped, 1_999)).isEqualTo(new LossScale(32_768, 1_999, 1));
        assertThat(skipped.afterSkippedStep()).isEqualTo(new LossScale(16_384, 0, 2));
    }

    @Test
    void it_grows_no_further_than_16_777_216() {
        LossScale greatest = new LossScale(16_777_216, 1_999, 3);
        assertThat(greatest.afterGoodStep()).isEqualTo(new LossScale(16_777_216, 0, 3));
    }

    @Test
    void it_is_exhausted_when_the_first_30_steps_were_all_skipped() {
        LossScale scale = START;
        for (int n = 0; n < 29; n++) {
            scale = scale.afterSkippedStep();
        }
        assertThat(scale).isEqualTo(new LossScale(0x1p-13f, 0, 29));
        assertThat(scale.isExhausted()).isFalse();
        assertThat(scale.afterSkippedStep().isExhausted()).isTrue();
        assertThat(scale.afterSkippedStep().afterSkippedStep()).isEqualTo(new LossScale(0x1p-14f, 0, 31));
    }

    @ParameterizedTest
    @CsvSource({
        "3, 0, 0",
        "0.00006103, 0, 0",
        "0, 0, 0",
        "-2, 0, 0",
        "NaN, 0, 0",
        "Infinity, 0, 0",
        "33554432, 0, 0",
        "1, -1, 0",
        "1, 2000, 0",
        "1, 0, -1"
    })
    void what_no_training_comes_to_is_refused(float factor, int goodSteps, long skippedSteps) {
        assertThatThrownBy(() -> new LossScale(factor, goodSteps, skippedSteps))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no loss is scaled by");
    }
}
