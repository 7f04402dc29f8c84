package io.deeptrain.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.cli.port.Bill;
import io.deeptrain.cli.port.VersionStatus;
import io.deeptrain.cli.port.VersionStatus.State;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.Rate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScreenTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "-0.1, '    '",
                "0, '    '",
                "0.04, '▏   '",
                "0.5, '██  '",
                "0.999, '███▉'",
                "1, '████'",
                "1.1, '████'"
            })
    void a_bar_is_as_full_as_the_share_to_an_eighth_of_a_character(double share, String quoted) {
        assertThat("'" + Bar.of(share, 4) + "'").isEqualTo(quoted);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 s", "59, 59 s", "60, 1 min 00 s", "3599, 59 min 59 s", "3600, 1 h 00 min", "90000, 25 h 00 min"})
    void a_time_has_at_most_two_units(long seconds, String text) {
        assertThat(Words.time(Duration.ofSeconds(seconds))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, USD, $0.00", "7, USD, $0.07", "12345, USD, $123.45", "105, EUR, 1.05 EUR"})
    void an_amount_is_exact_to_the_cent(long cents, String currency, String text) {
        assertThat(Words.amount(cents, currency)).isEqualTo(text);
    }

    @Test
    void a_running_training_shows_all_that_is_known() {
        Progress progress = new Progress(Phase.TRAINING, 2, 5, 55, 90, 0.2139, Map.of("test_accuracy", 0.962), 1_240.4);
        VersionStatus status = new VersionStatus(State.TRAINING, 61, Optional.of(Duration.ofSeconds(14)), "");
        Bill bill = new Bill(new Statement(new Rate(400, "USD"), 1, 24, 2, List.of()), false);

        assertThat(TrainingLine.of(status, Optional.of(progress), Optional.of(bill)))
                .isEqualTo("epoch 3/5 ████████████▏         61 %  loss 0.214  test accuracy 0.962  1,240 img/s"
                        + "  14 s left  $0.02");
    }

    @Test
    void what_the_worker_does_before_it_learns_is_told() {
        VersionStatus status = new VersionStatus(State.TRAINING, 0, Optional.empty(), "1,200 of 50,000 inputs read");

        assertThat(TrainingLine.of(status, Optional.empty(), Optional.empty()))
                .isEqualTo("starting: the worker fetches the images and sets up the network,"
                        + " 1,200 of 50,000 inputs read");
    }

    @Test
    void what_is_not_known_is_left_out() {
        Progress progress = new Progress(Phase.TRAINING, 0, 5, 0, 90, Double.NaN, Map.of(), 0);
        VersionStatus status = new VersionStatus(State.TRAINING, 0, Optional.empty(), "");

        assertThat(TrainingLine.of(status, Optional.of(progress), Optional.empty()))
                .isEqualTo("epoch 1/5                        0 %");
    }

    @Test
    void after_the_last_epoch_the_phase_is_named() {
        Progress progress = new Progress(Phase.EVALUATING, 5, 5, 90, 90, 0.1, Map.of(), 0);
        VersionStatus status = new VersionStatus(State.TRAINING, 99, Optional.empty(), "");

        assertThat(TrainingLine.of(status, Optional.of(progress), Optional.empty()))
                .startsWith("evaluating ")
                .endsWith(" 99 %  loss 0.100");
    }
}
