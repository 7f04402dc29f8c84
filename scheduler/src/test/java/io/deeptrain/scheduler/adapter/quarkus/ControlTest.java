package io.deeptrain.scheduler.adapter.quarkus;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

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
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What operators can do over HTTP, with the settings that they have configured. */
@QuarkusTest
@TestProfile(ControlTest.WithToken.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "scheduler"))
@SuppressWarnings("NullAway.Init") // Quarkus fills the field.
class ControlTest {
    private static final String TOKEN = "a-token-of-operators";

    @Inject
    SchedulerProcess process;

    /** A token, and one queue with limits. */
    public static final class WithToken implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "deeptrain.scheduler.control.token", TOKEN,
                    "deeptrain.scheduler.queues.users.corp.weight", "5",
                    "deeptrain.scheduler.queues.apps.corp/cats.running-max", "3",
                    "deeptrain.scheduler.preemption.run-min", "PT9M");
        }
    }

    @BeforeEach
    void awaitLeader() {
        await(() -> process.view().role() == Role.LEADING
                && !process.snapshot(Duration.ofSeconds(1)).isEmpty());
    }

    @AfterAll
    void leaveTheBrokerToOthers() {
        process.end();
    }

    @Test
    void nobody_gets_in_without_the_token() {
        for (String path : List.of("queues", "queues/user/corp", "fleet", "audit")) {
            given().get("/control/" + path).then().statusCode(401).body("detail", containsString("Bearer"));
        }
        given().header("Authorization", "Bearer wrong")
                .get("/control/fleet")
                .then()
                .statusCode(401);
        given().header("Authorization", TOKEN).get("/control/fleet").then().statusCode(401);
        given().post("/control/jobs/any/hold").then().statusCode(401);
        operator().get("/control/fleet").then().statusCode(200);
    }

    @Test
    void what_is_configured_counts_until_an_operator_sets_something_else() {
        assertThat(process.snapshot(Duration.ofSeconds(2))
                        .orElseThrow()
                        .settings()
                        .preemption()
                        .runMin())
                .isEqualTo(Duration.ofMinutes(9));
        operator()
                .get("/control/queues/app/corp/cats")
                .then()
                .statusCode(200)
                .body("set_by", equalTo("the configuration"))
                .body("limits", equalTo(Map.of("running_max", 3)));
        operator()
                .contentType(ContentType.JSON)
                .body("{\"running_max\": 1, \"priority\": \"LOW\", \"guaranteed\": 2}")
                .put("/control/queues/app/corp/cats")
                .then()
                .statusCode(200)
                .body("before", equalTo(Map.of("running_max", 3)))
                .body("after", equalTo(Map.of("running_max", 1, "priority", "LOW", "guaranteed", 2)));
        operator().get("/control/queues/app/corp/cats").then().body("set_by", equalTo("an operator"));
        operator().delete("/control/queues/app/corp/cats").then().statusCode(200);
        operator()
                .get("/control/queues")
                .then()
                .statusCode(200)
                .body(
                        "queues.find { it.kind == 'app' && it.name == 'corp/cats' }.limits",
                        equalTo(Map.of("running_max", 3)))
                .body("queues.find { it.kind == 'user' && it.name == 'corp' }.limits", equalTo(Map.of("weight", 5)));
    }

    @Test
    void what_cannot_be_names_the_field_its_value_and_what_would_be_right() {
        wrong("user/corp", "{\"weight\": \"heavy\"}", "weight", "heavy", "a whole number from 1 to 1000000000");
        wrong("user/corp", "{\"borrow_max\": -1}", "borrow_max", "-1", "a whole number from 0 to 1000000000");
        wrong(
                "user/corp",
                "{\"speed\": 1}",
                "speed",
                "1",
                "a field of user corp, which are [group, weight," + " running-max, guaranteed, borrow-max, lend-max],");
        wrong("team/corp", "{}", "the queue", "team/corp", "group/GROUP, user/USER or app/USER/APP");
        operator()
                .contentType(ContentType.JSON)
                .body("{\"group\": \"lab\"}")
                .put("/control/queues/user/corp")
                .then()
                .statusCode(409)
                .body(
                        "detail",
                        equalTo(
                                "User corp cannot belong to the group lab: a group that is there, of [] would be right."));
        given().header("Authorization", "Bearer " + TOKEN)
                .post("/control/workers/gpu-1/cordon")
                .then()
                .statusCode(400)
                .body("field", equalTo("X-Operator"));
        operator().post("/control/jobs/nobody/hold").then().statusCode(404);
        operator()
                .contentType(ContentType.JSON)
                .body("{}")
                .post("/control/jobs/nobody/move")
                .then()
                .statusCode(400);
        operator().get("/control/queues/user/unheard-of").then().statusCode(404);
        operator().get("/control/audit?limit=0").then().statusCode(400);
    }

    @Test
    void a_job_is_held_released_and_given_a_priority_and_each_is_written_down() {
        try (KafkaEventLog log = new KafkaEventLog(TestServers.kafka())) {
            log.publish(
                    List.of(new CloudEventRecords().toRow(Envelope.of(Jobs.request(888), "/test", 1, Instant.now()))));
        }
        await(() -> given().get("/scheduler/jobs/job-888").statusCode() == 200);
        operator().post("/control/jobs/job-888/hold").then().statusCode(200).body("after.held", equalTo(true));
        await(() -> given().get("/queue/jobs/job-888")
                .jsonPath()
                .getString("reason.code")
                .equals("held-by-operator"));
        given().get("/queue/jobs/job-888").then().body("change.awaits_release", equalTo(true));
        given().get("/scheduler/jobs/job-888").then().body("directives.held", equalTo(true));
        operator()
                .get("/control/queues/app/acme/flowers")
                .then()
                .body("held", equalTo(1))
                .body("waiting", equalTo(1));
        operator()
                .contentType(ContentType.JSON)
                .body("{\"priority\": \"URGENT\"}")
                .post("/control/jobs/job-888/priority")
                .then()
                .statusCode(400)
                .body("expected", equalTo("one of [LOW, NORMAL, HIGH, CRITICAL], or null,"));
        operator()
                .contentType(ContentType.JSON)
                .body("{\"priority\": \"high\"}")
                .post("/control/jobs/job-888/priority")
                .then()
                .statusCode(200);
        operator().post("/control/jobs/job-888/release").then().statusCode(200);
        operator()
                .contentType(ContentType.JSON)
                .body("{\"worker\": \"gpu-9\"}")
                .post("/control/jobs/job-888/move")
                .then()
                .statusCode(404)
                .body("detail", equalTo("There is no worker gpu-9."));
        operator().post("/control/workers/gpu-7/drain").then().statusCode(200);
        operator()
                .get("/control/fleet")
                .then()
                .body("workers.find { it.worker == 'gpu-7' }.condition", equalTo("draining"))
                .body("workers.find { it.worker == 'gpu-7' }.present", equalTo(false));
        operator().post("/control/workers/gpu-7/uncordon").then().statusCode(200);
        operator()
                .get("/control/audit")
                .then()
                .statusCode(200)
                .body(
                        "entries.findAll { it.target == 'job job-888' }.action",
                        equalTo(List.of("release", "priority", "hold")))
                .body("entries.operator", hasItem("olga"))
                .body("entries[0].action", equalTo("uncordon"));
        operator().get("/control/audit?limit=1").then().body("entries", hasSize(1));
        assertThat(given().get("/q/metrics").asString()).contains("deeptrain_queue_runs{reason=\"held\"}");
    }

    private static void wrong(String queue, String body, String field, String value, String expected) {
        operator()
                .contentType(ContentType.JSON)
                .body(body)
                .put("/control/queues/" + queue)
                .then()
                .statusCode(400)
                .body("field", equalTo(field))
                .body("value", equalTo(value))
                .body("expected", equalTo(expected));
    }

    private static RequestSpecification operator() {
        return given().header("Authorization", "Bearer " + TOKEN).header("X-Operator", "olga");
    }

    private static void await(BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(30));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(deadline);
            Thread.onSpinWait();
        }
    }
}
