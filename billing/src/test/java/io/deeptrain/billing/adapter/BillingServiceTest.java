package io.deeptrain.billing.adapter;

import static io.deeptrain.billing.JobStory.aJob;
import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItems;

import io.deeptrain.billing.JobStory;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.Topic;
import io.deeptrain.localservers.adapter.process.Waiting;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.messaging.adapter.kafka.TopicSetup;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The whole service, with a real database and a real broker. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "billing"))
class BillingServiceTest {
    private static final int PARTITIONS = 8;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final DataSource dataSource;

    @Inject
    BillingServiceTest(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @BeforeAll
    static void topics() {
        TopicSetup.ensure(TestServers.kafka(), PARTITIONS, 1);
    }

    @Test
    void a_history_on_kafka_becomes_a_charge_with_the_readings_it_came_from() throws Exception {
        publish(lostAndResumed("job-a").events());
        await(() -> isFinal("job-a"));

        when().get("/billing/jobs/job-a")
                .then()
                .statusCode(200)
                .body("amount_cents", equalTo(500))
                .body("billed_seconds", equalTo(4500))
                .body("currency", equalTo("USD"))
                .body("attempts.reading_millis", contains(3_000_000, 1_800_000))
                .body("attempts.billable_millis", contains(2_700_000, 1_800_000))
                .body("attempts.free_reason", contains("LOST_WORK", "NOTHING_FREE"))
                .body("ledger.amount_cents", contains(500))
                .body("ledger.period", contains("2026-03"));
    }

    @Test
    void records_written_three_times_around_a_rebalance_are_posted_once_and_told_once() throws Exception {
        List<String> jobs = new ArrayList<>();
        List<Event> events = new ArrayList<>();
        for (int job = 0; job < 24; job++) {
            jobs.add("job-thrice-" + job);
            events.addAll(lostAndResumed("job-thrice-" + job).events());
        }
        publish(events);
        makeTheConsumersRestart();
        publish(events);
        makeTheConsumersRestart();
        publish(events);
        for (String job : jobs) {
            await(() -> isFinal(job));
        }
        awaitDrained();

        assertThat(
                        BillingDatabase.rows(
                                dataSource,
                                "select count(*), count(distinct job_id) from billing.ledger_tx where job_id like 'job-thrice-%'"))
                .containsExactly("24 24");
        assertThat(postedOnKafka("job-thrice-")).containsExactlyInAnyOrderElementsOf(jobs);
        assertThat(BillingDatabase.rows(dataSource, BillingDatabase.reconciliationSql()))
                .isEmpty();
    }

    @Test
    void a_running_job_shows_what_it_costs_so_far() throws Exception {
        publish(aJob("job-running")
                .queued()
                .assigned()
                .started()
                .shows(1, 72_000)
                .events());
        // The history and the readings are two topics: a reading that comes first is not counted, and the next one is.
        await(() -> amount("job-running") >= 0);
        publish(aJob("job-running")
                .queued()
                .assigned()
                .started()
                .shows(2, 90_000)
                .saidByWorkers());
        await(() -> amount("job-running") == 10);

        when().get("/billing/jobs/job-running").then().body("is_final", equalTo(false));
    }

    @Test
    void a_tenants_usage_lists_its_jobs_and_nobody_elses() throws Exception {
        Tenant grace = new Tenant("grace", "ships");
        publish(aJob("job-grace")
                .of(grace)
                .queued()
                .assigned()
                .started()
                .after("PT1H")
                .succeeded(3_600_000)
                .events());
        await(() -> isFinal("job-grace"));

        given().queryParam("user_id", "grace")
                .queryParam("app_id", "ships")
                .get("/billing/usage")
                .then()
                .statusCode(200)
                .body("totals.posted_cents", contains(400))
                .body("totals.running_cents", contains(0))
                .body("totals.jobs", contains(1))
                .body("jobs.job_id", contains("job-grace"));
    }

    @Test
    void what_is_not_known_or_not_asked_right_is_said_so() {
        when().get("/billing/jobs/no-such-job")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("detail", equalTo("no such job: no-such-job"));
        given().queryParam("user_id", "grace").get("/billing/usage").then().statusCode(400);
        given().queryParam("user_id", " ")
                .queryParam("app_id", "ships")
                .get("/billing/usage")
                .then()
                .statusCode(400);
    }

    @Test
    void a_poison_record_is_parked_and_its_partition_moves_on() throws Exception {
        try (KafkaEventLog log = new KafkaEventLog(TestServers.kafka())) {
            log.publish(List.of(new OutboxRow(
                    Topic.JOBS.topicName(), "job-after", Map.of(), "poison".getBytes(StandardCharsets.UTF_8))));
        }
        publish(lostAndResumed("job-after").events());
        await(() -> isFinal("job-after"));
        awaitDrained();

        assertThat(read(Topic.JOBS.deadLetterName(), 1))
                .extracting(parked -> new String(parked.value(), StandardCharsets.UTF_8))
                .contains("poison");
    }

    @Test
    void it_is_ready_with_its_database_its_migrations_and_its_broker() throws Exception {
        await(() -> when().get("/q/health/ready").statusCode() == 200);

        when().get("/q/health/ready")
                .then()
                .body("checks.status", everyItem(equalTo("UP")))
                .body("checks.name", hasItems("migrations", "intake", "Kafka connection health check"));
        when().get("/q/health/live").then().statusCode(200);
    }

    @Test
    void it_counts_what_it_billed_and_what_it_gave_away() throws Exception {
        publish(lostAndResumed("job-counted").events());
        await(() -> isFinal("job-counted"));

        when().get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("deeptrain_billable_seconds_total"))
                .body(containsString("deeptrain_credited_seconds_total{cause=\"lost_work\""))
                .body(containsString("deeptrain_events_outbox_lag_seconds"));
    }

    private static JobStory lostAndResumed(String job) {
        JobStory story = aJob(job).queued().assigned().started().after("PT45M").checkpointed(2_700_000);
        var checkpoint = story.checkpoint(2_700_000);
        return story.after("PT5M8S")
                .lost(3_000_000)
                .assigned()
                .startedFrom(checkpoint)
                .after("PT30M")
                .succeeded(1_800_000);
    }

    private static void publish(List<? extends Event> events) {
        CloudEventRecords records = new CloudEventRecords();
        List<OutboxRow> rows = events.stream()
                .map(event -> records.toRow(Envelope.of(event, "/deeptrain/test", 1, Instant.EPOCH)))
                .toList();
        try (KafkaEventLog log = new KafkaEventLog(TestServers.kafka())) {
            log.publish(rows);
        }
    }

    /** Another member takes partitions away and dies: what was read from them and not kept is read again. */
    private static void makeTheConsumersRestart() {
        try (KafkaConsumer<byte[], byte[]> other = consumer(Map.of("group.id", "billing-history"))) {
            other.subscribe(List.of(Topic.JOBS.topicName()));
            Instant deadline = Instant.now().plus(LIMIT);
            while (other.assignment().isEmpty() && Instant.now().isBefore(deadline)) {
                other.poll(Duration.ofMillis(100));
            }
            assertThat(other.assignment()).isNotEmpty();
        }
    }

    private static List<String> postedOnKafka(String jobPrefix) {
        return read(Topic.CHARGES.topicName(), PARTITIONS).stream()
                .filter(charge -> header(charge, "ce_type").equals("io.deeptrain.charge.posted.v1"))
                .map(charge -> new String(charge.key(), StandardCharsets.UTF_8))
                .filter(job -> job.startsWith(jobPrefix))
                .toList();
    }

    private static String header(ConsumerRecord<byte[], byte[]> kafkaRecord, String name) {
        return new String(kafkaRecord.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    /** All that lies in a topic now. */
    private static List<ConsumerRecord<byte[], byte[]>> read(String topic, int partitions) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
            List<TopicPartition> all = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                all.add(new TopicPartition(topic, partition));
            }
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            while (all.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("bootstrap.servers", TestServers.kafka());
        settings.put("enable.auto.commit", "false");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Until every record that lies on the topics is worked in and every charge is published. */
    private void awaitDrained() throws InterruptedException {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
            List<TopicPartition> all = new ArrayList<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                all.add(new TopicPartition(Topic.JOBS.topicName(), partition));
            }
            long end = consumer.endOffsets(all).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            await(() -> count("select coalesce(sum(next_offset), 0) from billing.inbox_offset"
                            + " where topic = 'deeptrain.jobs'")
                    >= end);
        }
        await(() -> count("select count(*) from billing.outbox") == 0);
    }

    private long count(String sql) {
        try {
            return Long.parseLong(BillingDatabase.rows(dataSource, sql).getFirst());
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static boolean isFinal(String job) {
        var answer = when().get("/billing/jobs/" + job);
        return answer.statusCode() == 200 && answer.jsonPath().getBoolean("is_final");
    }

    private static int amount(String job) {
        var answer = when().get("/billing/jobs/" + job);
        return answer.statusCode() == 200 ? answer.jsonPath().getInt("amount_cents") : -1;
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        assertThat(Waiting.until(condition, LIMIT)).isTrue();
    }
}
