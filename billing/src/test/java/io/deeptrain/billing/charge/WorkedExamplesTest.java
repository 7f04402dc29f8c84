package io.deeptrain.billing.charge;

import static io.deeptrain.billing.JobStory.aJob;
import static io.deeptrain.billing.JobStory.aStartedJob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.deeptrain.billing.JobStory;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Event;
import io.deeptrain.event.Fault;
import io.deeptrain.event.JobEvent.RequeueCause;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of worked examples of the billing rules, row by row: what happened, the seconds, the cents. */
class WorkedExamplesTest {

    /** One row, at $4 an hour. */
    record Example(String row, String story, List<Event> events, long seconds, long cents) {
        static Example of(String row, String story, JobStory told, long seconds, long cents) {
            return new Example(row, story, told.events(), seconds, cents);
        }

        @Override
        public String toString() {
            return row + ": " + story;
        }
    }

    static Stream<Example> table() {
        return Stream.of(
                Example.of(
                        "1",
                        "trains 1 h 15 min 12 s",
                        aStartedJob().after("PT1H15M12S").succeeded(4_512_000),
                        4_512,
                        501),
                Example.of(
                        "2",
                        "cancelled in the queue",
                        aJob().queued().after("PT20M").cancelled(JobStory.BEGINNING, 0),
                        0,
                        0),
                Example.of("2", "cancelled while downloading", cancelledWhileDownloading(), 0, 0),
                Example.of(
                        "3",
                        "cancel committed at 37 min 20.9 s, GPU freed 0.8 s later",
                        cancelledAndFreedLater(),
                        2_240,
                        248),
                Example.of("4", "lost at 50:00, resumed from 45:00, 30:00 more", lostAndResumed(), 4_500, 500),
                Example.of(
                        "5",
                        "lost at 50:00 without a checkpoint, 75:00 from scratch",
                        aStartedJob()
                                .after("PT50M8S")
                                .lost(minutes(50))
                                .after("PT1S")
                                .assigned()
                                .started()
                                .after("PT75M")
                                .succeeded(minutes(75)),
                        4_500,
                        500),
                Example.of(
                        "6",
                        "as 4, and the frozen worker comes back and says that it finished",
                        lostAndResumed().shows(1, 900, minutes(80)).workerSaysItSucceeded(1, minutes(81)),
                        4_500,
                        500),
                new Example("7", "as 1, each reading three times, shuffled", everyReadingThriceShuffled(), 4_512, 501),
                Example.of(
                        "8",
                        "as 1, while the worker's wall clock steps back by an hour",
                        aStartedJob()
                                .shows(10, minutes(10))
                                .after("PT1H15M12S")
                                .shows(20, minutes(20))
                                .succeeded(4_512_000),
                        4_512,
                        501),
                Example.of("9", "an 8 s job", aStartedJob().after("PT8S").succeeded(8_000), 8, 0),
                Example.of("9", "a 72 s job", aStartedJob().after("PT1M12S").succeeded(72_000), 72, 8),
                Example.of("10", "the price rises to $5 in the middle", priceRises(), 4_500, 500),
                Example.of("11", "10 h, 4.5 h of them before the end of the month", overTheMonth(), 36_000, 4_000),
                Example.of(
                        "12",
                        "cap of $2.00, stopped a moment after it",
                        aJob().cappedAt(200)
                                .queued()
                                .assigned()
                                .started()
                                .after("PT30M4S")
                                .succeeded(1_803_500, Completion.BUDGET_REACHED),
                        1_800,
                        200),
                Example.of(
                        "13",
                        "finished 1 ms before the cancel: a delete of a finished version",
                        aStartedJob().after("PT1H").succeeded(3_600_000),
                        3_600,
                        400),
                Example.of("13", "cancelled 1 ms before it finished", cancelledWhileFinishing(), 3_599, 399),
                Example.of("14", "hangs at step 37, noticed 2 min later", hangs(), 36 + 600, 70),
                Example.of("15", "all 12 attempts lost to bad GPUs", twelveLost(), 0, 0),
                Example.of(
                        "16",
                        "batch size overflows the GPU memory at 3 min 10 s",
                        aStartedJob().after("PT3M10S").failed(Fault.USER, "USER_OOM", 190_000),
                        190,
                        21),
                Example.of(
                        "17",
                        "asks for 4 GPUs, has them for half an hour and one of them for an hour after that",
                        resized(aJob().on(4)),
                        2_700,
                        1_200),
                Example.of(
                        "17",
                        "the same, of which 10 dollars are allowed: the last half hour of the one GPU is free",
                        resized(aJob().on(4).cappedAt(1_000)),
                        2_250,
                        1_000),
                Example.of(
                        "17",
                        "4 GPUs for 40 s, then 3 of them until 20 cents are reached in the middle of a millisecond",
                        cappedWithinAMillisecond(),
                        45,
                        20),
                Example.of(
                        "18",
                        "asks for a quarter of a GPU and has it for 1 h 15 min 12 s",
                        aJob().onSlice(250)
                                .queued()
                                .assigned()
                                .started()
                                .after("PT1H15M12S")
                                .succeeded(4_512_000),
                        1_128,
                        125),
                Example.of(
                        "18",
                        "a seventh, 0.143, for 10 h, of which 5 dollars are allowed: they pay for 4500 s of a GPU",
                        aJob().onSlice(143)
                                .cappedAt(500)
                                .queued()
                                .assigned()
                                .started()
                                .after("PT10H")
                                .succeeded(36_000_000, Completion.BUDGET_REACHED),
                        4_500,
                        500),
                Example.of(
                        "18",
                        "3 ms less of a quarter than 4 s are not a second of a GPU",
                        aJob().onSlice(250)
                                .at(360_000)
                                .queued()
                                .assigned()
                                .started()
                                .after("PT4S")
                                .succeeded(3_997),
                        0,
                        0));
    }

    @ParameterizedTest(name = "row {0}")
    @MethodSource("table")
    void a_worked_example_costs_what_the_table_says(Example example) {
        Statement statement = Charging.statement(JobStory.usage(example.events()));

        assertThat(List.of(statement.billedSeconds(), statement.amountCents()))
                .isEqualTo(List.of(example.seconds(), example.cents()));
    }

    @Test
    void all_rows_of_the_table_are_here() {
        List<String> rows = table().map(Example::row).distinct().toList();

        assertThat(rows).hasSize(18).first().isEqualTo("1");
    }

    @Test
    void row_4_says_which_time_was_free_and_why() {
        Statement statement = Charging.statement(lostAndResumed().usage());

        assertThat(statement.lines())
                .extracting(line -> "%s: %d = %d + %d %s"
                        .formatted(
                                line.attempt(),
                                line.readingMillis(),
                                line.billableMillis(),
                                line.freeMillis(),
                                line.freeReason()))
                .containsExactly("1: 3000000 = 2700000 + 300000 LOST_WORK", "2: 1800000 = 1800000 + 0 NOTHING_FREE");
    }

    @Test
    void row_8_cannot_go_wrong_because_no_worker_event_carries_a_wall_clock() {
        assertThat(AttemptEvent.class.getPermittedSubclasses())
                .flatExtracting(type -> Arrays.asList(type.getRecordComponents()))
                .noneMatch(component -> component.getType().equals(Instant.class));
    }

    @Test
    void row_11_is_18_dollars_in_the_first_month_and_22_in_the_next() {
        assertThat(Periods.split(overTheMonth().usage()))
                .extracting(
                        PeriodCharge::period,
                        PeriodCharge::billedSeconds,
                        part -> part.owed().cents())
                .containsExactly(
                        tuple(YearMonth.of(2026, 3), 16_200L, 1_800L), tuple(YearMonth.of(2026, 4), 19_800L, 2_200L));
    }

    @Test
    void row_11_with_1000_seconds_on_both_sides_is_111_cents_twice() {
        JobStory story = aJob().beginningAt("2026-03-31T23:43:20Z")
                .queued()
                .assigned()
                .started()
                .after("PT2000S")
                .succeeded(2_000_000);

        assertThat(Periods.split(story.usage()))
                .extracting(part -> part.owed().cents())
                .containsExactly(111L, 111L);
    }

    private static JobStory cancelledWhileDownloading() {
        JobStory story = aJob().queued().assigned().after("PT3M").cancelling();
        return story.after("PT1S").cancelled(story.now(), 0);
    }

    private static JobStory cancelledAndFreedLater() {
        JobStory story = aStartedJob().after("PT37M20.9S").cancelling();
        Instant cancelledAt = story.now();
        return story.after("PT0.8S").cancelled(cancelledAt, 2_241_700);
    }

    private static JobStory cancelledWhileFinishing() {
        JobStory story = aStartedJob().after("PT1H").finishing(3_600_000);
        return story.after("PT0.2S")
                .cancelled(JobStory.BEGINNING.plus(Duration.ofHours(1)).minusMillis(1), 3_600_000);
    }

    private static JobStory lostAndResumed() {
        JobStory story = aStartedJob().after("PT45M").checkpointed(minutes(45));
        Checkpoint checkpoint = story.checkpoint(minutes(45));
        return story.after("PT5M8S")
                .lost(minutes(50))
                .after("PT1S")
                .assigned()
                .after("PT10S")
                .startedFrom(checkpoint)
                .after("PT30M")
                .succeeded(minutes(30));
    }

    private static JobStory resized(JobStory asked) {
        JobStory story = asked.queued().assigned().started().after("PT30M");
        Checkpoint checkpoint = story.checkpoint(minutes(30));
        return story.checkpointed(minutes(30))
                .lost(minutes(30))
                .assigned()
                .startedFrom(checkpoint, 1)
                .after("PT1H")
                .succeeded(minutes(60));
    }

    private static JobStory cappedWithinAMillisecond() {
        JobStory story = aJob().on(4).cappedAt(20).queued().assigned().started().after("PT40S");
        Checkpoint checkpoint = story.checkpoint(40_000);
        return story.checkpointed(40_000)
                .lost(40_000)
                .assigned()
                .startedFrom(checkpoint, 3)
                .after("PT10S")
                .succeeded(10_000);
    }

    private static List<Event> everyReadingThriceShuffled() {
        JobStory story = aStartedJob();
        for (int second = 1; second < 4_512; second++) {
            story.shows(second, second * 1000L);
        }
        story.after("PT1H15M12S").succeeded(4_512_000);
        List<Event> readings = new ArrayList<>();
        for (int copy = 0; copy < 3; copy++) {
            readings.addAll(story.saidByWorkers());
        }
        Collections.shuffle(readings, new Random(7));
        List<Event> events = new ArrayList<>(story.history());
        events.addAll(3, readings);
        return events;
    }

    /** The price of a later job is another; this one keeps what was pinned when it was accepted. */
    private static JobStory priceRises() {
        return aStartedJob().at(500).after("PT1H15M").succeeded(4_500_000);
    }

    private static JobStory overTheMonth() {
        return aJob().beginningAt("2026-03-31T19:30:00Z")
                .queued()
                .assigned()
                .started()
                .after("PT10H")
                .succeeded(36_000_000);
    }

    /** Saved at step 36, where the meter read 36 s; hung in step 37; resumed from 36 and ran ten minutes more. */
    private static JobStory hangs() {
        JobStory story = aStartedJob().after("PT36S").shows(36, 36_000).checkpointed(36_000);
        Checkpoint checkpoint = story.checkpoint(36_000);
        return story.after("PT2M")
                .shows(36, 156_000)
                .lost(RequeueCause.STALLED, 36_000)
                .after("PT1S")
                .assigned()
                .startedFrom(checkpoint)
                .after("PT10M")
                .succeeded(600_000);
    }

    private static JobStory twelveLost() {
        JobStory story = aJob().queued();
        for (int attempt = 1; attempt < 12; attempt++) {
            story.assigned()
                    .started()
                    .after("PT10M")
                    .lost(RequeueCause.ATTEMPT_FAILED, minutes(10))
                    .after("PT1M");
        }
        return story.assigned().started().after("PT10M").failed(Fault.PLATFORM, "GPU_LOST", minutes(10));
    }

    private static long minutes(int minutes) {
        return Duration.ofMinutes(minutes).toMillis();
    }
}
