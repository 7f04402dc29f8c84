package io.deeptrain.billing.charge;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.billing.JobStory;
import io.deeptrain.event.ChargeEvent.Statement;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundingTest {

    /** The second cent of a $4 job is due at 18 s: 400 * 18 / 3600 = 2. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "999, 0, 0",
        "1000, 1, 0",
        "8999, 8, 0",
        "9000, 9, 1",
        "17999, 17, 1",
        "18000, 18, 2",
        "3599999, 3599, 399",
        "3600000, 3600, 400",
    })
    void seconds_and_then_cents_are_rounded_down(long millis, long seconds, long cents) {
        Statement statement = Charging.statement(
                JobStory.aStartedJob().after("PT2H").succeeded(millis).usage());

        assertThat(List.of(statement.billedSeconds(), statement.amountCents())).isEqualTo(List.of(seconds, cents));
    }

    @ParameterizedTest
    @CsvSource({"1, 400", "2, 800", "8, 3200"})
    void each_gpu_of_a_gang_costs_the_rate(int gpus, long cents) {
        Statement statement = Charging.statement(JobStory.aJob()
                .on(gpus)
                .queued()
                .assigned()
                .started()
                .after("PT1H")
                .succeeded(3_600_000)
                .usage());

        assertThat(statement.amountCents()).isEqualTo(cents);
    }

    /** Two attempts of 1.5 s and 1.5 s are 3 s: the sum is rounded, not its parts. */
    @ParameterizedTest
    @CsvSource({"1499, 1500, 2", "1500, 1500, 3"})
    void milliseconds_are_added_before_they_are_rounded(long firstMillis, long secondMillis, long seconds) {
        JobStory story = JobStory.aStartedJob().after("PT2S").checkpointed(firstMillis);
        var checkpoint = story.checkpoint(firstMillis);
        story.lost(firstMillis).assigned().startedFrom(checkpoint).after("PT2S").succeeded(secondMillis);

        assertThat(Charging.statement(story.usage()).billedSeconds()).isEqualTo(seconds);
    }

    /**
     * At $4 an hour the cap of 200 cents pays for 1,800 s exactly; of 1 cent for 9 s; at $7 of 1 cent for 5 s (5.14).
     */
    @ParameterizedTest
    @CsvSource({"400, 200, 1800", "400, 201, 1809", "400, 0, 0", "400, 1, 9", "700, 1, 5"})
    void a_cap_pays_for_the_seconds_whose_exact_cost_is_within_it(long rate, long cap, long seconds) {
        Statement statement = Charging.statement(JobStory.aJob()
                .at(rate)
                .cappedAt(cap)
                .queued()
                .assigned()
                .started()
                .after("PT10H")
                .succeeded(36_000_000)
                .usage());

        assertThat(statement.billedSeconds()).isEqualTo(seconds);
    }
}
