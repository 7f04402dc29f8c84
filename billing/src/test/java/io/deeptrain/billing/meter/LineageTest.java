package io.deeptrain.billing.meter;

import static io.deeptrain.billing.JobStory.aJob;
import static io.deeptrain.billing.JobStory.aStartedJob;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.billing.JobStory;
import io.deeptrain.event.ChargeEvent.FreeReason;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LineageTest {

    @Test
    void a_checkpoint_that_nobody_resumed_from_makes_nothing_billable() {
        JobStory story =
                aStartedJob().after("PT60S").checkpointed(50_000).lost(60_000).after("PT1S");

        assertThat(Lineage.tallies(story.usage()))
                .extracting(AttemptTally::billableMillis)
                .containsExactly(0L);
    }

    @Test
    void a_checkpoint_counts_from_the_moment_that_an_attempt_resumed_from_it() {
        JobStory story = aStartedJob().after("PT60S").checkpointed(50_000);
        var checkpoint = story.checkpoint(50_000);
        story.lost(60_000).assigned();
        List<Long> whileAssigned = billable(story);
        story.startedFrom(checkpoint);

        assertThat(List.of(whileAssigned, billable(story))).isEqualTo(List.of(List.of(0L), List.of(50_000L, 0L)));
    }

    @Test
    void an_attempt_that_could_not_read_the_checkpoint_leaves_the_earlier_ones_out() {
        JobStory story = aStartedJob()
                .after("PT60S")
                .checkpointed(50_000)
                .lost(60_000)
                .assigned()
                .started()
                .after("PT10S")
                .succeeded(10_000);

        assertThat(billable(story)).containsExactly(0L, 10_000L);
    }

    @Test
    void the_line_of_attempts_is_followed_over_one_that_saved_nothing_itself() {
        JobStory story = aStartedJob().after("PT60S").checkpointed(50_000);
        var checkpoint = story.checkpoint(50_000);
        story.lost(60_000).assigned().startedFrom(checkpoint).after("PT20S").lost(20_000);
        story.assigned().startedFrom(checkpoint).after("PT30S").succeeded(30_000);

        assertThat(billable(story)).containsExactly(50_000L, 0L, 30_000L);
    }

    @Test
    void a_reading_above_what_the_server_saw_is_free() {
        JobStory story = aStartedJob().after("PT10S").succeeded(25_000);

        assertThat(Lineage.tallies(story.usage()))
                .containsExactly(new AttemptTally(
                        story.attempt(),
                        1,
                        JobStory.BEGINNING,
                        story.now(),
                        25_000,
                        10_000,
                        Map.of(FreeReason.OVER_READ, 15_000L)));
    }

    @Test
    void what_lies_between_the_cancel_and_the_end_is_free() {
        JobStory story = aStartedJob().after("PT10S").cancelling();
        Instant cancelledAt = story.now();
        story.after("PT2S").cancelled(cancelledAt, 13_000);

        assertThat(Lineage.tallies(story.usage()))
                .containsExactly(new AttemptTally(
                        story.attempt(),
                        1,
                        JobStory.BEGINNING,
                        story.now(),
                        13_000,
                        10_000,
                        Map.of(FreeReason.AFTER_CANCEL, 2_000L, FreeReason.OVER_READ, 1_000L)));
    }

    @Test
    void a_cancel_committed_before_the_meter_started_leaves_nothing_billable() {
        JobStory story = aStartedJob().after("PT3S");
        story.cancelled(JobStory.BEGINNING.minusMillis(1), 3_000);

        assertThat(billable(story)).containsExactly(0L);
    }

    @Test
    void a_reading_of_an_attempt_whose_meter_never_started_is_free() {
        JobStory story = aJob().queued().assigned().after("PT60S").lost(60_000);

        assertThat(Lineage.tallies(story.usage()))
                .containsExactly(new AttemptTally(
                        story.attempt(),
                        1,
                        story.now(),
                        story.now(),
                        60_000,
                        0,
                        Map.of(FreeReason.OVER_READ, 60_000L)));
    }

    @Test
    void a_running_attempt_stands_at_its_last_new_step() {
        JobStory story = aStartedJob().shows(36, 36_000).shows(36, 37_000).shows(36, 156_000);

        assertThat(billable(story)).containsExactly(36_000L);
    }

    @Test
    void a_running_attempt_goes_on_with_its_looks_at_images_and_stands_at_the_last() {
        JobStory story = aStartedJob()
                .shows(36, 36_000)
                .showsLooks(36, 500, 46_000)
                .showsLooks(36, 1_000, 56_000)
                .showsLooks(36, 1_000, 176_000);

        assertThat(billable(story)).containsExactly(56_000L);
        assertThat(billable(story.shows(37, 57_000).showsLooks(36, 1_500, 190_000)))
                .containsExactly(57_000L);
    }

    @Test
    void a_reading_that_comes_before_the_start_counts_once_the_start_is_known() {
        JobStory early = aJob().queued().assigned().shows(1, 1_000);
        List<Long> before = billable(early);
        early.started();

        assertThat(List.of(before, billable(early))).isEqualTo(List.of(List.of(), List.of(1_000L)));
    }

    /** 0.9999996 s by these instants, and a second by what the database keeps of them. */
    @Test
    void instants_are_compared_in_the_microseconds_that_the_database_keeps() {
        JobStory story = aJob().queued()
                .assigned()
                .after("PT0.0000009S")
                .started()
                .after("PT0.9999996S")
                .succeeded(1_000);

        assertThat(billable(story)).containsExactly(1_000L);
    }

    private static List<Long> billable(JobStory story) {
        return Lineage.tallies(story.usage()).stream()
                .map(AttemptTally::billableMillis)
                .toList();
    }
}
