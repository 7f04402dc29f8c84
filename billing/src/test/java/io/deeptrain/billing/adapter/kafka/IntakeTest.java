package io.deeptrain.billing.adapter.kafka;

import static io.deeptrain.billing.JobStory.aJob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.billing.JobStory;
import io.deeptrain.billing.adapter.BillingDatabase;
import io.deeptrain.billing.adapter.BillingDatabase.ServiceRole;
import io.deeptrain.billing.adapter.micrometer.ChargeMetrics;
import io.deeptrain.billing.adapter.postgres.BillRows;
import io.deeptrain.billing.charge.Charging;
import io.deeptrain.billing.meter.RandomLife;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Event;
import io.deeptrain.event.Fault;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.Rate;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IntakeTest {
    private static final int BATCH = 7;
    private static final int LIVES = 300;

    private BillingDatabase database;
    private SimpleMeterRegistry registry;
    private Intake intake;

    @BeforeEach
    void aFreshDatabase() {
        database = BillingDatabase.migrated();
        registry = new SimpleMeterRegistry();
        intake = new Intake(database.asService(), new ChargeMetrics(registry));
    }

    @Test
    void a_history_becomes_one_balanced_posting() throws SQLException {
        take(trained("job-1"));

        assertThat(database.rows("select account, amount_cents from billing.ledger_entry order by line"))
                .containsExactly("receivable 400", "revenue -400");
        assertThat(database.rows("select topic, headers ->> 'ce_type' from billing.outbox order by id"))
                .endsWith(
                        "deeptrain.billing.charges io.deeptrain.charge.posted.v1",
                        "deeptrain.billing.charges io.deeptrain.charge.divided.v1");
        assertThat(registry.counter("deeptrain.billable.seconds").count()).isEqualTo(3600);
    }

    @Test
    void every_record_written_three_times_and_delivered_twice_is_counted_once() throws SQLException {
        RecordLog log = trained("job-1");
        log.append(trainedEvents("job-1")).append(trainedEvents("job-1"));

        take(log);
        int again = 0;
        for (List<ConsumerRecord<byte[], byte[]>> batch : batches(log)) {
            again += restarted().take(batch);
        }

        assertThat(again).isZero();
        assertThat(database.rows(
                        "select count(*), sum(amount_cents) from billing.ledger_entry where account = 'receivable'"))
                .containsExactly("1 400");
        assertThat(database.rows("select count(*) from billing.outbox where headers ->> 'ce_type' like '%posted%'"))
                .containsExactly("1");
    }

    @Test
    void a_crash_at_the_commit_leaves_nothing_and_the_batch_is_worked_in_again() throws SQLException {
        database.execute(ServiceRole.OWNER, """
                create sequence billing.crashes;
                grant usage on sequence billing.crashes to deeptrain_billing;
                create function billing.crash() returns trigger language plpgsql as $$
                begin
                    if nextval('billing.crashes') <= 3 then raise exception 'crash before the commit'; end if;
                    return null;
                end $$;
                create constraint trigger crash after insert on billing.ledger_tx
                    deferrable initially deferred for each row execute function billing.crash();""");
        List<ConsumerRecord<byte[], byte[]>> batch = trained("job-1").records();

        for (int crash = 1; crash <= 3; crash++) {
            assertThatThrownBy(() -> intake.take(batch)).hasMessageContaining("crash before the commit");
            assertThat(database.rows("""
                            select (select count(*) from billing.ledger_tx), (select count(*) from billing.outbox),
                                   (select count(*) from billing.job_usage), (select count(*) from billing.inbox_offset)""")).containsExactly("0 0 0 0");
        }
        intake.take(batch);

        assertThat(database.rows("select sum(amount_cents) from billing.ledger_entry where account = 'receivable'"))
                .containsExactly("400");
        assertThat(database.reconciliation()).isEmpty();
    }

    @Test
    void a_job_that_went_on_with_fewer_gpus_is_charged_for_those_and_the_reconciliation_agrees() throws SQLException {
        JobStory story = aJob("job-1").on(4).queued().assigned().started().after("PT30M");
        Checkpoint checkpoint = story.checkpoint(1_800_000);
        story.checkpointed(1_800_000)
                .lost(1_800_000)
                .assigned()
                .startedFrom(checkpoint, 1)
                .after("PT1H")
                .succeeded(3_600_000);

        intake.take(new RecordLog().append(story.events()).records());

        assertThat(database.rows("select sum(amount_cents) from billing.ledger_entry where account = 'receivable'"))
                .containsExactly("1200");
        assertThat(database.reconciliation()).isEmpty();
    }

    @Test
    void a_job_on_a_slice_is_charged_for_its_part_of_a_gpu_and_the_reconciliation_agrees() throws SQLException {
        JobStory story = aJob("job-1")
                .onSlice(143)
                .queued()
                .assigned()
                .started()
                .after("PT10H")
                .succeeded(36_000_000);

        intake.take(new RecordLog().append(story.events()).records());

        assertThat(database.rows("select sum(amount_cents) from billing.ledger_entry where account = 'receivable'"))
                .containsExactly("572");
        assertThat(database.reconciliation()).isEmpty();
    }

    @Test
    void two_consumers_that_hold_the_same_partition_count_its_records_once() throws Exception {
        RecordLog log = new RecordLog();
        for (int job = 0; job < 40; job++) {
            log.append(trainedEvents("job-" + job));
        }
        Callable<Integer> consumer = () -> {
            int taken = 0;
            for (List<ConsumerRecord<byte[], byte[]>> batch : batches(log)) {
                taken += restarted().take(batch);
            }
            return taken;
        };

        int taken = 0;
        try (ExecutorService consumers = Executors.newFixedThreadPool(2)) {
            for (Future<Integer> one : consumers.invokeAll(List.of(consumer, consumer))) {
                taken += one.get();
            }
        }

        assertThat(taken).isEqualTo(log.records().size());
        assertThat(database.rows(
                        "select count(*), sum(amount_cents) from billing.ledger_entry where account = 'receivable'"))
                .containsExactly("40 16000");
        assertThat(database.reconciliation()).isEmpty();
    }

    @Test
    void what_cannot_be_read_or_counted_goes_to_the_dead_letters_and_the_partition_moves_on() throws SQLException {
        RecordLog log = new RecordLog();
        log.append("deeptrain.jobs", "job-0", "not an event".getBytes(StandardCharsets.UTF_8));
        JobQueued dear = (JobQueued) aJob("job-dear").queued().history().getFirst();
        log.append(List.of(withRate(dear, new Rate(Long.MAX_VALUE, "USD"))));
        log.append(trainedEvents("job-gap").subList(1, 2));
        log.append(trainedEvents("job-1"));

        take(log);

        assertThat(database.rows(
                        "select headers ->> 'dlq_reason' from billing.outbox where topic like '%.dlq' order by id"))
                .satisfiesExactly(
                        reason -> assertThat(reason).contains("ce_specversion"),
                        reason -> assertThat(reason).startsWith("REJECTED: rate is above"),
                        reason -> assertThat(reason).startsWith("HISTORY_GAP: job job-gap is not known"));
        assertThat(database.rows("select job_id, amount_cents from billing.job_usage"))
                .containsExactly("job-1 400");
        assertThat(database.rows("select next_offset from billing.inbox_offset where topic = 'deeptrain.jobs'"))
                .containsExactly(
                        String.valueOf(3 + aTrainedJob("job-1").history().size()));
    }

    @Test
    void the_charge_of_a_running_job_follows_its_readings_over_a_restart() throws SQLException {
        JobStory story = aJob("job-1").queued().assigned().started().shows(1, 9_000);
        RecordLog log = new RecordLog().append(story.events());
        take(log);
        log.append(story.shows(2, 18_000).saidByWorkers().subList(1, 2));

        for (List<ConsumerRecord<byte[], byte[]>> batch : batches(log)) {
            restarted().take(batch);
        }

        assertThat(database.rows("select billed_seconds, amount_cents, final from billing.job_usage"))
                .containsExactly("18 2 f");
    }

    @Test
    void the_charge_goes_on_while_an_attempt_looks_at_images_over_a_restart() throws SQLException {
        JobStory story =
                aJob("job-1").queued().assigned().started().shows(1, 9_000).showsLooks(1, 500, 18_000);
        RecordLog log = new RecordLog().append(story.events());
        take(log);
        log.append(story.showsLooks(1, 500, 90_000)
                .showsLooks(1, 600, 27_000)
                .saidByWorkers()
                .subList(2, 4));

        for (List<ConsumerRecord<byte[], byte[]>> batch : batches(log)) {
            restarted().take(batch);
        }

        assertThat(database.rows("select billed_seconds, amount_cents, final from billing.job_usage"))
                .containsExactly("27 3 f");
    }

    /** The recomputation in SQL shares no code with the rules, and nothing with the oracle of the property tests. */
    @Test
    void the_sql_recomputation_agrees_on_lives_drawn_from_seeds() throws SQLException {
        RecordLog log = new RecordLog();
        for (int seed = 0; seed < LIVES; seed++) {
            log.append(RandomLife.of("job-" + seed, seed).story().events());
        }

        intake.take(log.records());

        assertThat(database.reconciliation()).isEmpty();
        assertThat(database.rows("select count(*) from billing.job_usage where final"))
                .containsExactly(String.valueOf(LIVES));
    }

    @Test
    void what_is_read_back_is_what_was_decided() throws SQLException {
        JobStory story = aTrainedJob("job-1");
        take(new RecordLog().append(story.events()));

        try (Connection connection = database.asService().getConnection()) {
            assertThat(Charging.statement(
                            BillRows.read(connection, story.jobId()).getFirst()))
                    .isEqualTo(Charging.statement(story.usage()));
        }
    }

    @Test
    void free_time_is_counted_by_its_cause() throws SQLException {
        take(new RecordLog()
                .append(aJob("job-1")
                        .queued()
                        .assigned()
                        .started()
                        .after("PT50S")
                        .failed(Fault.PLATFORM, "GPU_LOST", 50_000)
                        .events()));

        assertThat(registry.counter("deeptrain.credited.seconds", "cause", "platform_failure")
                        .count())
                .isEqualTo(50);
    }

    private void take(RecordLog log) throws SQLException {
        for (List<ConsumerRecord<byte[], byte[]>> batch : batches(log)) {
            intake.take(batch);
        }
    }

    private Intake restarted() {
        return new Intake(database.asService(), new ChargeMetrics(registry));
    }

    private static List<List<ConsumerRecord<byte[], byte[]>>> batches(RecordLog log) {
        List<List<ConsumerRecord<byte[], byte[]>>> batches = new ArrayList<>();
        List<ConsumerRecord<byte[], byte[]>> records = log.records();
        for (int from = 0; from < records.size(); from += BATCH) {
            batches.add(records.subList(from, Math.min(records.size(), from + BATCH)));
        }
        return batches;
    }

    private static RecordLog trained(String job) {
        return new RecordLog().append(trainedEvents(job));
    }

    private static List<Event> trainedEvents(String job) {
        return aTrainedJob(job).events();
    }

    private static JobStory aTrainedJob(String job) {
        return aJob(job)
                .queued()
                .assigned()
                .started()
                .shows(1, 1_000_000)
                .shows(2, 2_000_000)
                .after("PT1H")
                .checkpointed(3_000_000)
                .succeeded(3_600_000);
    }

    private static JobQueued withRate(JobQueued accepted, Rate rate) {
        return new JobQueued(
                accepted.jobId(),
                accepted.sequence(),
                accepted.occurredAt(),
                accepted.tenant(),
                accepted.modelId(),
                accepted.modelVersionId(),
                accepted.modelTypeId(),
                accepted.template(),
                accepted.gpus(),
                rate,
                accepted.cap(),
                accepted.estimate());
    }
}
