package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Models that begin with the embeddings of another. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class TransferTest {
    private static final StoredObject BASE = new StoredObject("jobs/x/base", "c".repeat(64), 7);

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    @BeforeEach
    void anAppOfItsOwn() {
        app = OwnApp.fresh(base);
        elsewhere = new Elsewhere(TestServers.kafka());
        app.labelledInputs();
        app.create("m", "");
        assertThat(app.rest().post(app.at("/models"), """
                {"model":{"id":"transfer","model_type_id":"embedding-classifier",
                 "output_info":{"data":{"concepts":[{"id":"cat"},{"id":"dog"}]},
                                "output_config":{"concepts_mutually_exclusive":true}}}}""").code()).isEqualTo(10000);
    }

    @AfterEach
    void close() {
        elsewhere.close();
    }

    private Answer train(String embedModel) {
        return app.rest()
                .post(
                        app.at("/models/transfer/versions"),
                        "{\"model_versions\":[{\"train_info\":{\"params\":{\"embed_model\":\"%s\"}}}]}"
                                .formatted(embedModel));
    }

    private TrainingSpec asked(Answer posted) {
        assertThat(posted.code()).as(posted.details()).isEqualTo(10000);
        String version = posted.body().at("/model/model_version/id").asText();
        String job = app.job("transfer", version);
        return ((TrainingRequested) elsewhere.hear(job, 1).getFirst()).spec();
    }

    @Test
    void without_a_base_model_the_refusal_says_what_to_do() {
        Answer nothing = train("");
        assertThat(nothing.code()).isEqualTo(21118);
        assertThat(nothing.details())
                .startsWith("train_info.params.embed_model is '' but must be the id of a model that makes embeddings")
                .contains("train a visual-embedder or visual-classifier");
        assertThat(train("m").details())
                .isEqualTo("train_info.params.embed_model is 'm' but must be the id of a visual-embedder or"
                        + " visual-classifier of this app with a trained version");
    }

    @Test
    void the_training_begins_with_the_newest_version_of_the_model_that_is_named() {
        String version = new Trainings(app, elsewhere).trained("m", BASE);
        TrainingSpec spec = asked(train("m"));
        assertThat(spec.modelTypeId()).isEqualTo("embedding-classifier");
        assertThat(spec.baseModel()).contains(BASE);
        assertThat(spec.hyperparameters())
                .containsEntry("concepts_mutually_exclusive", true)
                .containsEntry("enrich_dataset", "Automatic");
        assertThat(app.rest().delete(app.at("/models/m/versions/" + version)).code())
                .isEqualTo(10000);
        assertThat(app.statusOf("transfer", app.versions("transfer").at("/0/id").asText())
                        .path("code")
                        .asInt())
                .isEqualTo(21103);
    }

    @Test
    void where_none_is_named_it_is_that_of_the_base_workflow() {
        new Trainings(app, elsewhere).trained("m", BASE);
        app.rest()
                .patch(
                        app.at("/base-workflows"),
                        "{\"workflows\":[{\"id\":\"base\",\"nodes\":[{\"id\":\"n\",\"model\":{\"id\":\"m\"}}]}],"
                                + "\"action\":\"merge\"}");
        assertThat(asked(train("")).baseModel()).contains(BASE);
    }
}
