package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobStarted;
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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever follows the links of a list sees all of it once, in its order. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class CursorsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    /** A list, and how it is asked for. */
    private record Walk(String method, String path, String body, String list) {
        static Walk get(String path, String list) {
            return new Walk("GET", path, "", list);
        }

        static Walk post(String path, String body, String list) {
            return new Walk("POST", path, Fixture.json(body), list);
        }

        String paged(int size) {
            return path + (path.contains("?") ? "&" : "?") + "per_page=" + size;
        }
    }

    @BeforeEach
    void threeOfEach() {
        app = OwnApp.fresh(base);
        for (String id : List.of("p", "o", "n")) {
            rightly("/inputs", """
                    {'inputs_add_job_id':'job-%s','inputs':[{'id':'in-%s','data':{'image':{'base64':'%s'},
                     'concepts':[{'id':'%s','name':'named %s'},{'id':'all'}]}}]}
                    """.formatted(id, id, OwnApp.PNG, id, id));
            rightly(
                    "/annotations",
                    "{'annotations':[{'input_id':'in-%s','data':{'concepts':[{'id':'%s'}]}}]}".formatted(id, id));
            rightly("/datasets", "{'datasets':[{'id':'set-%s'},{'id':'other-%s'}]}".formatted(id, id));
            rightly("/datasets/set-p/versions", "{'dataset_versions':[{'id':'frozen-%s'}]}".formatted(id));
            rightly("/models", """
                    {'model':{'id':'%s','model_type_id':'visual-classifier',
                     'output_info':{'data':{'concepts':[{'id':'n'},{'id':'o'},{'id':'p'}]}}}}
                    """.formatted(id));
            rightly(
                    "/workflows",
                    "{'workflows':[{'id':'%s','nodes':[{'id':'x','model':{'id':'%s'}}]}]}".formatted(id, id));
            assertThat(app.rest()
                            .post(
                                    "/v2/users/me/keys",
                                    Fixture.json(
                                            "{'keys':[{'scopes':['All'],'apps':[{'id':'%s'}]}]}".formatted(app.id())))
                            .code())
                    .isEqualTo(10000);
        }
    }

    private void rightly(String path, String body) {
        Rest.Answer answer = app.rest().post(app.at(path), Fixture.json(body));
        assertThat(answer.code()).as(answer.body().toString()).isEqualTo(10000);
    }

    @Test
    void of_everything_that_is_made() throws Exception {
        for (Walk walk : List.of(
                Walk.get(app.at("/concepts"), "concepts"),
                Walk.post(app.at("/concepts/searches"), "{'concept_query':{'name':'n*'}}", "concepts"),
                Walk.get(app.at("/inputs"), "inputs"),
                Walk.get(app.at("/inputs/jobs/add"), "inputs_add_jobs"),
                Walk.get(app.at("/annotations"), "annotations"),
                Walk.get(app.at("/datasets"), "datasets"),
                Walk.get(app.at("/datasets?sort_ascending=true"), "datasets"),
                Walk.get(app.at("/datasets?sort_by_created_at=true"), "datasets"),
                Walk.get(app.at("/datasets?sort_by_created_at=true&sort_ascending=true"), "datasets"),
                Walk.get("/v2/users/me/datasets?search=set", "datasets"),
                Walk.get(app.at("/datasets/set-p/versions"), "dataset_versions"),
                Walk.get(app.at("/models"), "models"),
                Walk.post(app.at("/models/searches"), "{'model_query':{}}", "models"),
                Walk.get(app.at("/workflows"), "workflows"),
                Walk.get(app.at("/keys"), "keys"),
                Walk.get("/v2/models/types", "model_types"),
                Walk.post(app.at("/inputs/searches"), """
                        {'searches':[{'query':{'ranks':[{'annotation':{'data':{'concepts':[{'id':'o'}]}}},
                          {'annotation':{'data':{'concepts':[{'id':'all'}]}}}]}}]}
                        """, "hits"))) {
            assertThatItsLinksLeadThrough(walk);
        }
    }

    @Test
    void of_the_apps_and_keys_of_a_user() throws Exception {
        OwnApp.fresh(base);
        assertThatItsLinksLeadThrough(Walk.get("/v2/users/me/apps", "apps"));
        assertThatItsLinksLeadThrough(Walk.get("/v2/users/me/keys", "keys"));
    }

    @Test
    void of_what_trainings_leave() throws Exception {
        rightly("/webhooks", "{'url':'https://hooks.invalid/'}");
        try (Elsewhere elsewhere = new Elsewhere(TestServers.kafka())) {
            String version = "";
            for (String model : List.of("p", "o", "n")) {
                version = app.train(model);
                JobId job = new JobId(app.job(model, version));
                elsewhere.say(
                        new JobAssigned(job, 2, Instant.now(), Elsewhere.FIRST, Elsewhere.WORKER, new Origin.Scratch()),
                        new JobStarted(job, 3, Instant.now(), Elsewhere.FIRST, new Origin.Scratch()),
                        Elsewhere.charge(app.id(), job.value(), 10));
            }
            Elsewhere.eventually(() ->
                    app.rest().get(app.at("/usage")).body().at("/usage/jobs").size() == 3);
            String webhook = app.rest()
                    .get(app.at("/webhooks"))
                    .body()
                    .at("/webhooks/0/id")
                    .asText();
            String deliveries = app.at("/webhooks/" + webhook + "/deliveries");
            Elsewhere.eventually(
                    () -> app.rest().get(deliveries).body().at("/deliveries").size() >= 3);
            String logs = app.at("/models/n/versions/%s/training/logs".formatted(version));
            Elsewhere.eventually(
                    () -> app.rest().get(logs).body().at("/log_entries").size() >= 2);
            assertThatItsLinksLeadThrough(Walk.get(app.at("/usage"), "usage/jobs"));
            assertThatItsLinksLeadThrough(Walk.get(deliveries, "deliveries"));
            assertThatItsLinksLeadThrough(Walk.get(logs, "log_entries"));
            assertThatItsLinksLeadThrough(Walk.get(app.at("/models/n/versions"), "model_versions"));
            assertThatItsLinksLeadThrough(
                    Walk.get(app.at("/models/n/versions/%s/concepts".formatted(version)), "concepts"));
            assertThatItsLinksLeadThrough(Walk.get(app.at("/models/n/versions/" + version + "/inputs"), "inputs"));
        }
    }

    private void assertThatItsLinksLeadThrough(Walk walk) throws IOException, InterruptedException {
        List<String> all = items(send(walk, walk.paged(1000)), walk);
        assertThat(all).as(walk.path()).hasSizeGreaterThan(1).doesNotHaveDuplicates();
        List<String> followed = new ArrayList<>();
        String next = walk.paged(all.size() > 100 ? 50 : 1);
        int pages = 0;
        while (!next.isEmpty()) {
            HttpResponse<String> page = send(walk, next);
            assertThat(page.statusCode()).as(next).isEqualTo(200);
            followed.addAll(items(page, walk));
            next = page.headers()
                    .firstValue("link")
                    .map(link -> link.substring(1, link.indexOf('>')))
                    .orElse("");
            pages++;
            assertThat(pages).as(walk.path()).isLessThanOrEqualTo(all.size() + 1);
        }
        assertThat(followed).as(walk.path()).isEqualTo(all);
    }

    private static List<String> items(HttpResponse<String> answer, Walk walk) throws IOException {
        JsonNode list = MAPPER.readTree(answer.body()).at("/" + walk.list());
        return StreamSupport.stream(list.spliterator(), false)
                .map(item -> item.has("id")
                        ? item.path("app_id").asText() + "/" + item.path("id").asText()
                        : item.toString())
                .toList();
    }

    private HttpResponse<String> send(Walk walk, String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("Authorization", "Key " + Surroundings.KEY)
                        .method(walk.method(), HttpRequest.BodyPublishers.ofString(walk.body()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
