package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Trainings that are asked for at once under one Idempotency-Key. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class SubmissionTest {
    private static final int CALLERS = 16;

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @Inject
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    DataSource dataSource;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @BeforeEach
    void aModel() {
        app = OwnApp.fresh(base);
        app.labelledInputs();
        app.create("m", "");
    }

    @Test
    void sixteen_callers_with_one_key_and_one_body_get_one_version_and_one_job() throws Exception {
        List<Answer> answers = atOnce(List.of("{\"description\":\"the same\"}"));

        assertThat(answers).extracting(Answer::code).containsOnly(10000);
        List<String> versions =
                answers.stream().map(SubmissionTest::version).distinct().toList();
        assertThat(versions).hasSize(1);
        assertTrained(versions.getFirst());
    }

    @Test
    void of_callers_with_one_key_and_two_bodies_those_of_one_body_are_served() throws Exception {
        List<Answer> answers = atOnce(List.of("{\"description\":\"one\"}", "{\"description\":\"other\"}"));

        List<String> versions = answers.stream()
                .filter(answer -> answer.httpStatus() == 200)
                .map(SubmissionTest::version)
                .toList();
        assertThat(versions).hasSize(CALLERS / 2).containsOnly(versions.getFirst());
        assertThat(answers.stream().filter(answer -> answer.httpStatus() != 200))
                .hasSize(CALLERS / 2)
                .allSatisfy(answer -> {
                    assertThat(answer.httpStatus()).isEqualTo(422);
                    assertThat(answer.code()).isEqualTo(40011);
                });
        assertTrained(versions.getFirst());
    }

    @Test
    void after_a_day_a_key_may_be_used_anew() throws Exception {
        String key = UUID.randomUUID().toString();
        Answer first = app.rest().post(app.at("/models/m/versions"), "{}", "Idempotency-Key", key);
        try (Connection connection = dataSource.getConnection();
                PreparedStatement age = connection.prepareStatement(
                        "update idempotency_key set created_at = now() - interval '25 hours' where idempotency_key = ?")) {
            age.setString(1, key);
            assertThat(age.executeUpdate()).isEqualTo(1);
        }
        Answer next =
                app.rest().post(app.at("/models/m/versions"), "{\"description\":\"new\"}", "Idempotency-Key", key);
        assertThat(next.code()).isEqualTo(10000);
        assertThat(version(next)).isNotEqualTo(version(first));
        Answer again =
                app.rest().post(app.at("/models/m/versions"), "{\"description\":\"new\"}", "Idempotency-Key", key);
        assertThat(version(again)).isEqualTo(version(next));
    }

    @Test
    void an_answer_that_is_given_again_has_the_remarks_of_the_first_whatever_has_become_of_the_dataset() {
        for (int n = 0; n < 20; n++) {
            app.input("more-" + n, OwnApp.PNG, "{\"id\":\"cat\"}");
        }
        String key = UUID.randomUUID().toString();
        Answer first = app.rest().post(app.at("/models/m/versions"), "{}", "Idempotency-Key", key);
        assertThat(first.details()).startsWith("Unbalanced: ");
        for (int n = 0; n < 20; n++) {
            app.input("other-" + n, OwnApp.PNG, "{\"id\":\"dog\"}");
        }
        Answer again = app.rest().post(app.at("/models/m/versions"), "{}", "Idempotency-Key", key);
        assertThat(version(again)).isEqualTo(version(first));
        assertThat(again.details()).isEqualTo(first.details());
    }

    @Test
    void so_many_trainings_wait_and_the_next_is_refused_with_the_count_and_the_limit() throws Exception {
        String waiting = app.train("m");
        for (int training = 1; training < Surroundings.WAITING_MAX; training++) {
            assertThat(app.rest().post(app.at("/models/m/versions"), "").code()).isEqualTo(10000);
        }
        HttpResponse<String> refused = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(base.resolve(app.at("/models/m/versions")))
                                .header("Authorization", "Key " + Surroundings.KEY)
                                .POST(BodyPublishers.ofString("{}"))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("retry-after")).contains("30");
        assertThat(refused.body())
                .contains("%1$d trainings of app '%2$s' wait already, and no more than %1$d may"
                        .formatted(Surroundings.WAITING_MAX, app.id()));

        assertThat(app.rest().delete(app.at("/models/m/versions/" + waiting)).httpStatus())
                .isEqualTo(200);
        assertThat(app.rest().post(app.at("/models/m/versions"), "").code()).isEqualTo(10000);
    }

    /** Besides the version that a model is made with there is this one, and the scheduler hears of no other. */
    private void assertTrained(String version) {
        assertThat(app.versions("m")).hasSize(2);
        String job = app.job("m", version);
        String later = app.job("m", app.train("m"));
        try (Elsewhere elsewhere = new Elsewhere(TestServers.kafka())) {
            assertThat(elsewhere.hear(job, 1)).hasSize(1);
            elsewhere.hear(later, 1);
            assertThat(elsewhere.trainingsOf(app.id()).stream()
                            .map(TrainingRequested::jobId)
                            .map(Object::toString)
                            .collect(Collectors.toSet()))
                    .containsExactlyInAnyOrder(job, later);
            assertThat(elsewhere.trainingsOf(app.id())).hasSize(2);
        }
    }

    private List<Answer> atOnce(List<String> bodies) throws Exception {
        String key = UUID.randomUUID().toString();
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> calls = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                String body = bodies.get(i % bodies.size());
                calls.add(callers.submit(() -> {
                    start.await();
                    return app.rest().post(app.at("/models/m/versions"), body, "Idempotency-Key", key);
                }));
            }
            start.countDown();
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> call : calls) {
                answers.add(call.get());
            }
            return answers;
        }
    }

    private static String version(Answer answer) {
        return answer.body().at("/model/model_version/id").asText();
    }
}
