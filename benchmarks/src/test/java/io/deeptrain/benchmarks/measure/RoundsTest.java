package io.deeptrain.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RoundsTest {
    @Test
    void the_rounds_that_warm_up_do_not_count() throws Exception {
        AtomicInteger calls = new AtomicInteger();

        Rounds rounds = Rounds.of(2, 3, () -> calls.incrementAndGet() * 10, () -> 10);

        assertThat(rounds)
                .isEqualTo(new Rounds(List.of(30.0, 40.0, 50.0), List.of(10.0, 10.0, 10.0), List.of(3.0, 4.0, 5.0)));
    }

    @Test
    void the_median_is_the_middle_and_of_an_even_number_the_lower_middle() {
        assertThat(List.of(
                        Rounds.median(List.of(3.0)),
                        Rounds.median(List.of(9.0, 1.0, 5.0)),
                        Rounds.median(List.of(4.0, 1.0, 3.0, 2.0))))
                .containsExactly(3.0, 5.0, 2.0);
    }

    @Test
    void the_report_says_both_rates_and_the_range_of_the_ratio() {
        Rounds rounds = new Rounds(
                List.of(1_500.0, 1_600.0, 1_700.0), List.of(3_000.0, 3_000.0, 3_000.0), List.of(0.5, 0.6, 0.7));

        assertThat(rounds.report("images")).isEqualTo("""
                        measured          1,600 images a second
                        reference         3,000 images a second
                        ratio             0.600 (median of 3 rounds; 0.500 to 0.700)
                        """);
    }
}
