package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.event.Completion;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
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
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a training would take, learned from those that are over. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class EstimatesTest {
    private static final int RUNS = 60;

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @Test
    void the_estimate_learns_from_trainings_that_ran_to_their_end() {
        OwnApp app = OwnApp.fresh(base);
        app.labelledInputs();
        app.create("m", "");
        JsonNode before = estimate(app);
        assertThat(before.at("/inputs").asInt()).isEqualTo(3);
        assertThat(before.at("/interval/low_seconds").asLong())
                .isLessThanOrEqualTo(before.at("/interval/high_seconds").asLong());
        assertThat(before.at("/basis/explanation").asText()).isNotEmpty();
        try (Elsewhere elsewhere = new Elsewhere(TestServers.kafka())) {
            String last = "";
            for (int i = 0; i < RUNS; i++) {
                last = app.train("m");
                finish(elsewhere, new JobId(app.job("m", last)), 7_200_000);
            }
            app.until("m", last, 21100);
        }
        Elsewhere.eventually(() -> estimate(app).at("/seconds").asLong() == 7200);
        JsonNode after = estimate(app);
        assertThat(after.at("/display").asText()).isEqualTo("2 h");
        assertThat(after.at("/cost/cents").asLong()).isEqualTo(800);
        assertThat(after.at("/basis/runs").asInt()).isEqualTo(50);
        assertThat(app.rest()
                        .post(app.at("/models/m/versions/time_estimate"), "")
                        .body()
                        .at("/training_time_estimates/0")
                        .asText())
                .isEqualTo("7200s");
        JsonNode calibration = app.rest().get("/v2/calibration").body().at("/calibration/0");
        assertThat(calibration.at("/template").asText()).isEqualTo("classification_cifar10_v1");
        assertThat(calibration.at("/median_error").asDouble()).isZero();
    }

    @Test
    void a_detector_counts_the_inputs_that_have_regions_of_its_concepts_or_show_none() {
        OwnApp app = OwnApp.fresh(base);
        app.input("labelled", OwnApp.PNG, "{\"id\":\"cat\"}");
        app.input("without", OwnApp.PNG, "{\"id\":\"cat\",\"value\":0}");
        region(app, "boxed", "cat");
        region(app, "boxed-too", "cat");
        region(app, "of-another", "dog");
        Answer created = app.rest().post(app.at("/models"), """
                {"model":{"id":"m","model_type_id":"visual-detector",
                 "train_info":{"params":{"template":"Clarifai-InceptionV2","num_epochs":2}},
                 "output_info":{"data":{"concepts":[{"id":"cat"}]}}}}
                """);
        assertThat(created.code()).isEqualTo(10000);

        assertThat(estimate(app).at("/inputs").asInt()).isEqualTo(3);
    }

    @Test
    void an_estimate_tells_of_a_concept_with_far_fewer_images_before_anything_is_spent() {
        OwnApp app = OwnApp.fresh(base);
        app.labelledInputs();
        app.create("m", "");
        assertThat(estimate(app).at("/warnings")).isEmpty();
        for (int n = 0; n < 20; n++) {
            app.input("more-" + n, OwnApp.PNG, "{\"id\":\"cat\"}");
        }
        assertThat(estimate(app).at("/warnings/0").asText())
                .isEqualTo(app.rest().post(app.at("/models/m/versions"), "").details())
                .startsWith("Unbalanced: 'cat' has ");
        Answer ofSoMany = app.rest().post(app.at("/models/m/estimate"), "{\"estimated_input_count\":1000}");
        assertThat(ofSoMany.body().at("/estimates/0/warnings")).isEmpty();
    }

    @Test
    void one_concept_that_must_be_said_of_each_image_is_told_of_even_before_there_are_images() {
        OwnApp app = OwnApp.fresh(base);
        app.labelledInputs();
        Answer created = app.rest().post(app.at("/models"), """
                {"model":{"id":"m","model_type_id":"visual-classifier",
                 "output_info":{"data":{"concepts":[{"id":"cat"}]}}}}
                """);
        assertThat(created.code()).isEqualTo(10000);
        Answer ofSoMany = app.rest().post(app.at("/models/m/estimate"), "{\"estimated_input_count\":1000}");
        assertThat(ofSoMany.body().at("/estimates/0/warnings/0").asText())
                .isEqualTo(estimate(app).at("/warnings/0").asText())
                .isEqualTo(app.rest().post(app.at("/models/m/versions"), "").details())
                .startsWith("Nothing to learn: ");
    }

    @Test
    void it_says_when_the_training_would_start_and_of_others_only_how_many() {
        OwnApp app = OwnApp.fresh(base);
        app.labelledInputs();
        app.create("m", "");
        JsonNode estimate = estimate(app);
        assertThat(estimate.at("/queue/state").asText()).isEqualTo("waiting");
        assertThat(estimate.at("/queue/position").asInt()).isEqualTo(3);
        assertThat(estimate.at("/queue/reason/sentence").asText())
                .isEqualTo("1 GPU for %d s.".formatted(estimate.at("/seconds").asLong()));
        assertThat(estimate.at("/expected_start").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("at", "low", "high", "coverage");
        assertThat(estimate.at("/queue").has("others")).isFalse();
    }

    @Test
    void while_no_scheduler_knows_an_estimate_is_one_of_time_and_cost() {
        OwnApp app = new OwnApp(new Rest(base, Surroundings.KEY), "app-%s-unknown".formatted(UUID.randomUUID()));
        app.rest().post("/v2/users/me/apps", "{\"apps\":[{\"id\":\"%s\"}]}".formatted(app.id()));
        app.labelledInputs();
        app.create("m", "");
        JsonNode estimate = estimate(app);
        assertThat(estimate.at("/queue").toString()).isEqualTo("{\"state\":\"unknown\"}");
        assertThat(estimate.has("expected_start")).isFalse();
        assertThat(estimate.at("/seconds").asLong()).isPositive();
    }

    private static void region(OwnApp app, String inputId, String concept) {
        Answer added = app.rest().post(app.at("/inputs"), """
                {"inputs":[{"id":"%s","data":{"image":{"base64":"%s"},"regions":[
                 {"region_info":{"bounding_box":{"top_row":0,"left_col":0.2,"bottom_row":0.5,"right_col":0.6}},
                  "data":{"concepts":[{"id":"%s"}]}}]}}]}
                """.formatted(inputId, OwnApp.PNG, concept));
        assertThat(added.code()).isEqualTo(10000);
    }

    private static JsonNode estimate(OwnApp app) {
        Answer answer = app.rest().post(app.at("/models/m/estimate"), "");
        assertThat(answer.code()).isEqualTo(10000);
        return answer.body().at("/estimates/0");
    }

    private static void finish(Elsewhere elsewhere, JobId job, long readingMillis) {
        elsewhere.say(
                new JobAssigned(job, 2, Instant.now(), Elsewhere.FIRST, Elsewhere.WORKER, new Origin.Scratch()),
                new JobFinishing(job, 3, Instant.now(), Elsewhere.FIRST, readingMillis),
                new JobSucceeded(
                        job,
                        4,
                        Instant.now(),
                        Elsewhere.FIRST,
                        new StoredObject("jobs/x/model", "b".repeat(64), 5),
                        Map.of(),
                        Completion.ALL_EPOCHS,
                        readingMillis));
    }
}
