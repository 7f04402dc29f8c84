package io.deeptrain.scheduler.adapter.quarkus;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.deeptrain.event.Envelope;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.scheduler.adapter.kafka.SchedulerView.Role;
import io.deeptrain.scheduler.job.Jobs;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The whole process: configuration, migrations, health, metrics and what operators look at. */
@QuarkusTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "scheduler"))
@SuppressWarnings("NullAway.Init") // Quarkus fills the field.
class SchedulerProcessTest {
    @Inject
    SchedulerProcess process;

    @AfterAll
    void leaveTheBrokerToOthers() {
        process.end();
    }

    @Test
    void it_is_ready_when_it_leads_and_kafka_postgresql_and_the_migrations_are_there() {
        await(() -> process.view().role() == Role.LEADING);
        await(() -> given().get("/q/health/ready").statusCode() == 200);
        given().get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.name", hasItem("scheduler"))
                .body("checks.name", hasItem("migrations"))
                .body("checks.name", hasItem(containsString("Kafka")))
                .body("checks.name", hasItem(containsString("Database")));
        given().get("/q/health/live").then().statusCode(200);
    }

    @Test
    void operators_see_a_job_the_fleet_and_the_metrics() {
        try (KafkaEventLog log = new KafkaEventLog(TestServers.kafka())) {
            log.publish(
                    List.of(new CloudEventRecords().toRow(Envelope.of(Jobs.request(777), "/test", 1, Instant.now()))));
        }
        await(() -> given().get("/scheduler/jobs/job-777").statusCode() == 200);
        given().get("/scheduler/jobs/job-777")
                .then()
                .statusCode(200)
                .body("state.kind", equalTo("queued"))
                .body("sequence", equalTo(1))
                .body("request.tenant.user_id", equalTo("acme"));
        given().get("/queue/jobs/job-777")
                .then()
                .statusCode(200)
                .body("reason.code", equalTo("no-worker"))
                .body("reason.sentence", equalTo("No worker is there."))
                .body("change.sentence", equalTo("One GPU more."))
                .body("position", equalTo(1))
                .body("waiting", equalTo(1));
        given().get("/queue/jobs/job-777/decisions")
                .then()
                .statusCode(200)
                .body("decisions.kind", equalTo(List.of("queued")))
                .body("decisions[0].sentence", containsString("It waits for a GPU, as asked for by acme/"));
        given().get("/queue/jobs/nobody/decisions").then().statusCode(404);
        given().get("/queue").then().statusCode(200).body("jobs.job_id", equalTo(List.of("job-777")));
        given().get("/queue?after=1").then().statusCode(200).body("jobs.size()", equalTo(0));
        given().get("/queue?limit=0").then().statusCode(400);
        whatIf("{\"job\": {\"user\": \"bolt\", \"app\": \"screws\", \"gpus\": 2, \"expected_seconds\": 60}}")
                .then()
                .statusCode(200)
                .body("starts_now", equalTo(false))
                .body("reason.code", equalTo("no-worker"))
                .body("waiting", equalTo(2))
                .body("others.later.jobs", equalTo(0));
        whatIf("{\"job\": {\"user\": \"bolt\", \"app\": \"screws\", \"gpus\": 0, \"expected_seconds\": 60}}")
                .then()
                .statusCode(400)
                .body(equalTo("gpus must be a whole number, 1 to 1024: 0"));
        given().get("/queue/jobs/nobody").then().statusCode(404);
        given().get("/scheduler/jobs/nobody").then().statusCode(404);
        given().get("/scheduler/fleet").then().statusCode(200).body("role", equalTo("LEADING"));
        String metrics =
                given().get("/q/metrics").then().statusCode(200).extract().asString();
        assertThat(metrics)
                .contains(
                        "deeptrain_queue_runs{reason=\"waiting_for_gpu\"",
                        "deeptrain_gpus{state=\"free\"",
                        "deeptrain_queue_wait_seconds_count",
                        "deeptrain_queue_start_error_seconds_count",
                        "deeptrain_queue_demand_gpus 1.0",
                        "deeptrain_events_outbox_lag_seconds",
                        "deeptrain_build_info{service=\"scheduler\",version=",
                        "deeptrain_scheduler_leader");
    }

    @Test
    void without_a_token_no_operator_has_access() {
        given().header("Authorization", "Bearer ")
                .get("/control/fleet")
                .then()
                .statusCode(403)
                .body("detail", equalTo("No operator has access: deeptrain.scheduler.control.token is not set."));
    }

    private static Response whatIf(String question) {
        return given().contentType("application/json").body(question).post("/queue/what-if");
    }

    private static void await(BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(30));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(deadline);
            Thread.onSpinWait();
        }
    }
}
