package io.deeptrain.worker.learning;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrecisionTest {
    @ParameterizedTest
    @CsvSource({"70, FP32", "75, FP32", "80, BF16", "90, BF16", "120, BF16"})
    void gpus_since_ampere_learn_in_mixed_precision(String computeCapability, Precision expected) {
        assertThat(Precision.ofGpu(computeCapability)).isEqualTo(expected);
    }
}
