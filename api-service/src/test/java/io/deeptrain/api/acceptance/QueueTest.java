package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tenant sees why a training waits; while no scheduler knows, the page still answers. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class QueueTest {
    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    private String version = "";

    @BeforeEach
    void aTrainingOfItsOwn() {
        app = OwnApp.fresh(base);
        app.labelledInputs();
        app.create("m", "");
        version = app.train("m");
    }

    @Test
    void a_training_that_waits_has_a_reason_a_position_and_what_would_start_it()
            throws IOException, InterruptedException {
        theSchedulerKnows(app.job("m", version));
        JsonNode queue = queue();
        assertThat(queue.at("/state").asText()).isEqualTo("waiting");
        assertThat(queue.at("/position").asInt()).isEqualTo(3);
        assertThat(queue.at("/reason/code").asText()).isEqualTo("others-stand-higher");
        assertThat(queue.at("/change/sentence").asText()).isEqualTo("3 workers more with 1 GPU each.");
        assertThat(queue.at("/status/code").asInt()).isEqualTo(21103);
        assertThat(queue.has("job_id")).isFalse();
    }

    @Test
    void while_no_scheduler_knows_the_answer_is_unknown_and_no_error() {
        assertThat(queue().at("/state").asText()).isEqualTo("unknown");
    }

    @Test
    void a_training_that_has_begun_waits_for_nothing() {
        try (Elsewhere elsewhere = new Elsewhere(TestServers.kafka())) {
            JobId job = new JobId(app.job("m", version));
            elsewhere.hear(job.value(), 1);
            elsewhere.say(
                    new JobAssigned(job, 2, Instant.now(), Elsewhere.FIRST, Elsewhere.WORKER, new Origin.Scratch()));
            Elsewhere.eventually(() -> queue().at("/state").asText().equals("not-waiting"));
        }
    }

    /** The first of the schedulers that are asked is away, the second is played by {@link Surroundings}. */
    private static void theSchedulerKnows(String job) throws IOException, InterruptedException {
        String leader = ConfigProvider.getConfig()
                .getValues("deeptrain.scheduler.urls", String.class)
                .getLast();
        try (HttpClient client = HttpClient.newHttpClient()) {
            client.send(
                    HttpRequest.newBuilder(URI.create(leader + "/queue/jobs/" + job))
                            .PUT(HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
        }
    }

    private JsonNode queue() {
        Rest.Answer answer = app.rest().get(app.at("/models/m/versions/" + version + "/queue"));
        assertThat(answer.httpStatus()).isEqualTo(200);
        return answer.body().at("/queue");
    }
}
