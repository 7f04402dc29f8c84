package io.deeptrain.worker.learning;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrecisionTest {
    @ParameterizedTest
    @CsvSource({"61, FP32", "70, FP16", "75, FP16", "80, BF16", "90, BF16", "120, BF16"})
    void gpus_learn_with_the_short_numbers_that_they_have_instructions_for(
            String computeCapability, Precision expected) {
        assertThat(Precision.ofGpu(computeCapability)).isEqualTo(expected);
    }
}
