package io.deeptrain.billing.meter;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.billing.JobStory;
import io.deeptrain.billing.charge.Charging;
import io.deeptrain.billing.charge.PeriodCharge;
import io.deeptrain.billing.charge.Periods;
import io.deeptrain.billing.ledger.LedgerKey;
import io.deeptrain.billing.ledger.LedgerTransaction;
import io.deeptrain.event.ChargeEvent.Line;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What holds of every bill, over lives drawn from seeds. {@code -Dsimulation.seed=42} runs one of them. */
class BillPropertiesTest {
    private static final int SEEDS = 3_000;

    @Test
    void a_bill_is_exactly_the_useful_time_up_to_the_cap() {
        forEachSeed(seed -> {
            RandomLife life = RandomLife.of(seed);
            JobUsage usage = life.story().usage();

            long billable = Lineage.tallies(usage).stream()
                    .mapToLong(AttemptTally::billableMillis)
                    .sum();
            Statement statement = Charging.statement(usage);
            boolean forgiven =
                    usage.ending() instanceof Ending.Failed failed && failed.fault() != io.deeptrain.event.Fault.USER;
            if (!forgiven) {
                assertThat(billable).isEqualTo(life.usefulMillis());
            }
            long centsPerHour =
                    usage.terms().rate().centsPerGpuHour() * usage.terms().gpus();
            long uncapped = life.usefulMillis() / 1000;
            long seconds = usage.terms().cap() instanceof CostCap.AtMost(long cents)
                    ? Math.min(uncapped, cents * 3600 / centsPerHour)
                    : uncapped;
            assertThat(List.of(statement.billedSeconds(), statement.amountCents()))
                    .isEqualTo(List.of(seconds, centsPerHour * seconds / 3600));
        });
    }

    @Test
    void every_millisecond_read_is_billed_or_free_and_none_is_billed_that_was_not_held() {
        forEachSeed(seed -> {
            RandomLife life = RandomLife.of(seed);
            for (Line line : Charging.statement(life.story().usage()).lines()) {
                long held = life.heldMillis().getOrDefault(line.attempt().value(), 0L);
                assertThat(line.billableMillis()).isBetween(0L, held);
                assertThat(line.billableMillis() + line.freeMillis()).isEqualTo(line.readingMillis());
            }
        });
    }

    @Test
    void readings_and_history_delivered_twice_and_readings_shuffled_change_nothing() {
        forEachSeed(seed -> {
            JobStory story = RandomLife.of(seed).story();
            Random random = new Random(seed);
            List<Event> readings = new ArrayList<>(story.saidByWorkers());
            readings.addAll(story.saidByWorkers());
            Collections.shuffle(readings, random);
            List<Event> delivered = new ArrayList<>();
            delivered.add(story.history().getFirst());
            int replayedFrom = random.nextInt(story.history().size());
            delivered.addAll(story.history().subList(0, replayedFrom));
            delivered.addAll(readings);
            delivered.addAll(story.history());
            delivered.addAll(readings);

            assertThat(Charging.statement(JobStory.usage(delivered))).isEqualTo(Charging.statement(story.usage()));
        });
    }

    @Test
    void while_an_attempt_runs_its_readings_may_come_in_any_order() {
        forEachSeed(seed -> {
            JobStory story = JobStory.aStartedJob();
            Random random = new Random(seed);
            long reading = 0;
            for (int step = 1; step < 20; step++) {
                reading += 1 + random.nextInt(2_000);
                story.shows(step, reading);
                for (int looks = 1; looks < random.nextInt(4); looks++) {
                    reading += 1 + random.nextInt(10_000);
                    story.showsLooks(step, 100L * step + looks, reading);
                }
            }
            List<Event> readings = new ArrayList<>(story.saidByWorkers());
            readings.addAll(story.saidByWorkers());
            Collections.shuffle(readings, random);
            readings.addAll(0, story.history());

            assertThat(Charging.statement(JobStory.usage(readings)).lines())
                    .extracting(Line::billableMillis)
                    .containsExactly(reading);
        });
    }

    @Test
    void the_parts_of_the_months_add_up_to_the_whole_and_every_transaction_balances() {
        forEachSeed(seed -> {
            JobUsage usage = RandomLife.of(seed).story().usage();
            List<PeriodCharge> parts = Periods.split(usage);

            assertThat(parts.stream().mapToLong(part -> part.owed().cents()).sum())
                    .isEqualTo(Charging.statement(usage).amountCents());
            assertThat(parts.stream().mapToLong(PeriodCharge::billedSeconds).sum())
                    .isEqualTo(Charging.statement(usage).billedSeconds());
            assertThat(parts).extracting(PeriodCharge::period).doesNotHaveDuplicates();
            for (PeriodCharge part : parts) {
                LedgerTransaction transaction = LedgerTransaction.charge(
                        usage.jobId(), usage.terms().tenant(), part, LedgerKey.FIRST_REVISION, JobStory.BEGINNING);
                assertThat(transaction.owed()).isEqualTo(part.owed());
            }
        });
    }

    private static void forEachSeed(LongConsumer property) {
        LongStream seeds = Long.getLong("simulation.seed") == null
                ? LongStream.range(0, SEEDS)
                : LongStream.of(Long.getLong("simulation.seed"));
        seeds.forEach(seed -> {
            try {
                property.accept(seed);
            } catch (AssertionError failed) {
                throw new AssertionError("repeat with -Dsimulation.seed=" + seed + "\n" + failed.getMessage(), failed);
            }
        });
    }
}
