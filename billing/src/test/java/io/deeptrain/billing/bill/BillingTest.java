package io.deeptrain.billing.bill;

import static io.deeptrain.billing.JobStory.aJob;
import static io.deeptrain.billing.JobStory.aStartedJob;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.billing.JobStory;
import io.deeptrain.billing.charge.Periods;
import io.deeptrain.billing.ledger.LedgerTransaction;
import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.ChargeEvent.ChargeDivided;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.ChargeUpdated;
import io.deeptrain.event.ChargeEvent.MonthPart;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.Event;
import io.deeptrain.event.JobEvent;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BillingTest {

    /** Feeds events one by one, a tenth of a second after another. */
    private static final class Feed {
        private final List<ChargeEvent> charges = new ArrayList<>();
        private final List<LedgerTransaction> postings = new ArrayList<>();
        private JobBill bill;
        private Instant now = JobStory.BEGINNING;

        Feed(Event first) {
            this.bill = ((Outcome.Billed) Billing.open(first)).bill();
        }

        Outcome next(Event event) {
            now = now.plusMillis(100);
            Outcome outcome = Billing.apply(bill, event, now);
            if (outcome instanceof Outcome.Billed billed) {
                bill = billed.bill();
                charges.addAll(billed.charges());
                postings.addAll(billed.postings());
            }
            return outcome;
        }

        List<ChargeEvent> stated() {
            return charges.stream().filter(ChargeEvent.Stated.class::isInstance).toList();
        }

        static Feed of(List<? extends Event> events) {
            Feed feed = new Feed(events.getFirst());
            events.stream().skip(1).forEach(feed::next);
            return feed;
        }
    }

    @Test
    void a_job_is_posted_once_though_its_whole_history_comes_three_times() {
        List<JobEvent> history =
                aStartedJob().after("PT1H").succeeded(3_600_000).history();
        List<Event> thrice = new ArrayList<>();
        for (int copy = 0; copy < 3; copy++) {
            thrice.addAll(history);
        }

        Feed feed = Feed.of(thrice);

        assertThat(feed.postings).extracting(posting -> posting.owed().cents()).containsExactly(400L);
        assertThat(feed.charges.stream().filter(ChargePosted.class::isInstance)).hasSize(1);
    }

    @Test
    void a_charge_is_told_about_once_a_second_while_the_meter_moves() {
        JobStory story = aStartedJob();
        for (int step = 1; step <= 100; step++) {
            story.shows(step, step * 100L);
        }
        List<Event> events = new ArrayList<>(story.history());
        events.addAll(story.saidByWorkers());

        Feed feed = Feed.of(events);

        assertThat(feed.stated()).hasSizeBetween(10, 13).allMatch(ChargeUpdated.class::isInstance);
    }

    @Test
    void revisions_of_a_charge_grow_by_one() {
        JobStory story = aStartedJob();
        for (int step = 1; step <= 50; step++) {
            story.shows(step, step * 100L);
        }
        List<ChargeEvent> charges =
                Feed.of(story.after("PT10S").succeeded(9_000).events()).stated();

        assertThat(charges)
                .extracting(ChargeEvent::revision)
                .containsExactlyElementsOf(java.util.stream.LongStream.rangeClosed(1, charges.size())
                        .boxed()
                        .toList());
    }

    @Test
    void each_charge_is_followed_by_how_it_lies_in_the_months() {
        JobStory story =
                aJob().beginningAt("2026-03-31T23:59:00Z").queued().assigned().started();
        story.shows(1, 50_000).after("PT2M").shows(2, 110_000);

        List<ChargeEvent> charges =
                Feed.of(story.after("PT10S").succeeded(130_000).events()).charges;

        assertThat(charges.getLast())
                .isEqualTo(new ChargeDivided(
                        charges.getLast().jobId(),
                        charges.getLast().tenant(),
                        charges.getLast().revision(),
                        List.of(
                                new MonthPart(YearMonth.of(2026, 3), 60, 6),
                                new MonthPart(YearMonth.of(2026, 4), 70, 8)),
                        charges.getLast().occurredAt()));
        for (int i = 0; i < charges.size(); i += 2) {
            Statement statement = ((ChargeEvent.Stated) charges.get(i)).statement();
            ChargeDivided divided = (ChargeDivided) charges.get(i + 1);
            assertThat(divided.revision()).isEqualTo(charges.get(i).revision());
            assertThat(divided.parts().stream()
                            .mapToLong(MonthPart::billedSeconds)
                            .sum())
                    .isEqualTo(statement.billedSeconds());
            assertThat(divided.parts().stream()
                            .mapToLong(MonthPart::amountCents)
                            .sum())
                    .isEqualTo(statement.amountCents());
        }
    }

    @Test
    void a_charge_of_nothing_has_no_month_until_the_job_ends() {
        JobStory story = aJob().queued();
        assertThat(Periods.split(story.usage())).isEmpty();

        Feed feed = Feed.of(story.cancelled(story.now(), 0).history());

        assertThat(((ChargeDivided) feed.charges.getLast()).parts())
                .containsExactly(new MonthPart(YearMonth.from(story.now().atOffset(ZoneOffset.UTC)), 0, 0));
    }

    @Test
    void a_cancel_in_the_queue_is_posted_as_nothing() {
        JobStory story = aJob().queued();

        Feed feed = Feed.of(story.cancelled(story.now(), 0).history());

        assertThat(feed.postings).extracting(posting -> posting.owed().cents()).containsExactly(0L);
    }

    @Test
    void a_gap_in_the_history_is_refused_and_counts_nothing() {
        List<JobEvent> history =
                aStartedJob().after("PT1H").succeeded(3_600_000).history();
        Feed feed = new Feed(history.getFirst());

        assertThat(feed.next(history.get(2)))
                .isEqualTo(new Outcome.Refused("HISTORY_GAP: job job-1 is known up to 1, and this is 3"));
        assertThat(feed.bill.usage().sequence()).isEqualTo(1);
    }

    @Test
    void a_history_that_does_not_begin_at_its_beginning_is_refused() {
        JobEvent second = aStartedJob().history().get(1);

        assertThat(Billing.open(second))
                .isEqualTo(new Outcome.Refused("HISTORY_GAP: job job-1 is not known, and its history begins at 2"));
    }

    @Test
    void an_entry_of_a_time_that_cannot_be_stored_is_refused() {
        JobStory story = aStartedJob();
        Feed feed = Feed.of(story.history());

        assertThat(Billing.open(aJob().beginningAt("+1000000000-12-31T23:59:59Z")
                        .queued()
                        .history()
                        .getFirst()))
                .isEqualTo(new Outcome.Refused("REJECTED: no job ran at +1000000000-12-31T23:59:59Z"));
        assertThat(feed.next(story.cancelled(Instant.MIN, 0).history().getLast()))
                .isEqualTo(new Outcome.Refused("REJECTED: no job ran at -1000000000-01-01T00:00:00Z"));
    }

    @Test
    void a_worker_that_was_given_up_adds_nothing() {
        JobStory story = aStartedJob().after("PT10S").lost(10_000);
        Feed feed = Feed.of(story.history());

        assertThat(feed.next(story.shows(1, 99, 99_000).saidByWorkers().getFirst()))
                .isEqualTo(new Outcome.Ignored());
    }
}
