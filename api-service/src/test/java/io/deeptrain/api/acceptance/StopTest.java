package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Completion;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCheckpointed;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import io.deeptrain.event.StoredObject;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tenant who is content with what there is ends the training and keeps the model. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class StopTest {
    private static final StoredObject MODEL = new StoredObject("jobs/x/model", "b".repeat(64), 5);

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    private String version = "";
    private JobId job = new JobId("unset");

    @BeforeEach
    void aTrainingOfItsOwn() {
        app = OwnApp.fresh(base);
        elsewhere = new Elsewhere(TestServers.kafka());
        app.labelledInputs();
        app.create("m", "");
        version = app.train("m");
        job = new JobId(app.job("m", version));
        elsewhere.hear(job.value(), 1);
    }

    @AfterEach
    void close() {
        elsewhere.close();
    }

    @Test
    void a_training_that_is_stopped_becomes_trained_and_is_billed_for_the_time_used() {
        starts();
        Answer stopped = stop();
        assertThat(stopped.httpStatus()).isEqualTo(200);
        assertThat(stopped.code()).isEqualTo(10000);
        assertThat(stopped.body().at("/model_version/id").asText()).isEqualTo(version);
        assertThat(stopped.body().at("/model_version/status/code").asInt()).isEqualTo(21101);
        assertThat(stopped.body().at("/model_version/status/details").asText()).contains("being stopped");
        assertThat(app.rest()
                        .post("/v2/users/me/apps/%s/models/m/versions/%s/stop".formatted(app.id(), version), "{}")
                        .body()
                        .at("/model_version/status"))
                .isEqualTo(stopped.body().at("/model_version/status"));
        assertThat(elsewhere.hear(job.value(), 2).get(1)).isInstanceOf(TrainingStopRequested.class);

        elsewhere.say(new JobFinishing(job, 4, Instant.now(), Elsewhere.FIRST, 3000));
        assertThat(elsewhere.hear(job.value(), 3)).hasSize(3).last().isInstanceOf(JobSealed.class);
        elsewhere.say(
                new JobSucceeded(
                        job,
                        5,
                        Instant.now(),
                        Elsewhere.FIRST,
                        MODEL,
                        Map.of("test_accuracy", 0.71),
                        Completion.STOPPED_BY_TENANT,
                        3000),
                Elsewhere.charge(app.id(), job.value(), 3));
        app.until("m", version, 21100);
        Elsewhere.eventually(() -> app.rest()
                        .get(app.at("/models/m/versions/" + version + "/charge"))
                        .body()
                        .at("/charge/billed_seconds")
                        .asLong()
                == 3);

        Answer tooLate = stop();
        assertThat(tooLate.httpStatus()).isEqualTo(400);
        assertThat(tooLate.code()).isEqualTo(21203);
        assertThat(tooLate.details()).contains(version, "trained already");
        assertThat(elsewhere.hear(job.value(), 3)).hasSize(3);
    }

    @Test
    void a_training_that_has_not_begun_cannot_be_stopped_and_one_that_waits_with_a_checkpoint_can() {
        Answer refused = stop();
        assertThat(refused.httpStatus()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo(21203);
        assertThat(refused.details()).contains("delete the version instead");
        assertThat(app.statusOf("m", version).path("code").asInt()).isEqualTo(21103);

        starts();
        elsewhere.say(
                new JobCheckpointed(job, 4, Instant.now(), new Checkpoint(Elsewhere.FIRST, 1, 1, 10, 900, MODEL)),
                new JobRequeued(
                        job,
                        5,
                        Instant.now(),
                        Elsewhere.FIRST,
                        RequeueCause.LEASE_LAPSED,
                        "silent",
                        900,
                        Instant.now()));
        app.until("m", version, 21103);
        Answer stopped = stop();
        assertThat(stopped.code()).isEqualTo(10000);
        assertThat(stopped.body().at("/model_version/status/code").asInt()).isEqualTo(21103);
        assertThat(elsewhere.hear(job.value(), 2).get(1)).isInstanceOf(TrainingStopRequested.class);
    }

    @Test
    void a_training_that_is_being_stopped_can_still_be_cancelled() {
        starts();
        stop();
        Thread deleting = Thread.ofVirtual().start(() -> app.rest().delete(app.at("/models/m/versions/" + version)));
        assertThat(elsewhere.hear(job.value(), 3).get(2)).isInstanceOf(TrainingCancelled.class);
        elsewhere.say(
                new JobFinishing(job, 4, Instant.now(), Elsewhere.FIRST, 8000),
                Elsewhere.charge(app.id(), job.value(), 2));
        Elsewhere.eventually(() -> !deleting.isAlive());
        assertThat(stop().code()).isEqualTo(21200);
        assertThat(elsewhere.hear(job.value(), 3)).hasSize(3);
    }

    @Test
    void a_stop_needs_the_scope_of_training_and_a_version_that_is_the_callers() {
        String key = app.rest()
                .post(
                        "/v2/users/me/keys",
                        "{\"keys\":[{\"scopes\":[\"Models_Get\"],\"apps\":[{\"id\":\"%s\"}]}]}".formatted(app.id()))
                .body()
                .at("/keys/0/id")
                .asText();
        Answer reader = app.rest().as(key).post("/v2/models/m/versions/" + version + "/stop", "");
        assertThat(reader.httpStatus()).isEqualTo(403);
        assertThat(reader.details()).contains("/stop", "Models_Train");
        assertThat(app.rest().post(app.at("/models/m/versions/none/stop"), "").code())
                .isEqualTo(21200);
    }

    private void starts() {
        elsewhere.say(
                new JobAssigned(job, 2, Instant.now(), Elsewhere.FIRST, Elsewhere.WORKER, new Origin.Scratch()),
                new JobStarted(job, 3, Instant.now(), Elsewhere.FIRST, new Origin.Scratch()));
        app.until("m", version, 21101);
    }

    private Answer stop() {
        return app.rest().post(app.at("/models/m/versions/" + version + "/stop"), "");
    }
}
