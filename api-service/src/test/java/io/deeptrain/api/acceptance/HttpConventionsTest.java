package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients of any HTTP service may expect besides the contract. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class HttpConventionsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int ROUNDS = 10;
    private static final int WRITERS = 4;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @BeforeEach
    void anAppOfItsOwn() {
        app = OwnApp.fresh(base);
    }

    @Test
    void failures_are_problem_details_for_those_who_ask() throws Exception {
        HttpResponse<String> answer = send("GET", app.at("/models/none"), "", "Accept", "application/problem+json");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
        JsonNode problem = MAPPER.readTree(answer.body());
        assertThat(problem.at("/title").asText()).isEqualTo("Model does not exist");
        assertThat(problem.at("/status").asInt()).isEqualTo(404);
        assertThat(problem.at("/detail").asText()).contains("'none'");
        assertThat(problem.at("/clarifai_code").asInt()).isEqualTo(21200);
        assertThat(problem.at("/instance").asText()).isEqualTo(app.at("/models/none"));
        assertThat(problem.has("req_id")).isTrue();
    }

    @Test
    void success_is_the_envelope_for_them_too() throws Exception {
        HttpResponse<String> answer = send("GET", app.at(""), "", "Accept", "application/problem+json");
        assertThat(MAPPER.readTree(answer.body()).at("/status/code").asInt()).isEqualTo(10000);
    }

    @Test
    void what_has_not_changed_is_not_sent_again() throws Exception {
        String tag = tagOf(app.at(""));
        HttpResponse<String> again = send("GET", app.at(""), "", "If-None-Match", tag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        app.rest().patch(app.at(""), "{\"app\":{\"description\":\"other\"}}");
        assertThat(send("GET", app.at(""), "", "If-None-Match", tag).statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_change_to_what_was_changed_meanwhile_is_refused() throws Exception {
        String tag = tagOf(app.at(""));
        HttpResponse<String> first = send("PATCH", app.at(""), "{\"app\":{\"description\":\"mine\"}}", "If-Match", tag);
        assertThat(first.statusCode()).isEqualTo(200);
        HttpResponse<String> second =
                send("PATCH", app.at(""), "{\"app\":{\"description\":\"yours\"}}", "If-Match", tag);
        assertThat(second.statusCode()).isEqualTo(412);
        assertThat(second.body()).contains("If-Match");
        assertThat(app.rest().get(app.at("")).body().at("/app/description").asText())
                .isEqualTo("mine");
    }

    /** Whether they change the same row, or the list that both have seen. */
    @ParameterizedTest
    @CsvSource({
        "PATCH, '', '{\"app\":{\"description\":\"%s\"}}'",
        "POST, /concepts, '{\"concepts\":[{\"id\":\"%s\"}]}'",
        "POST, /datasets, '{\"datasets\":[{\"id\":\"%s\"}]}'",
        "POST, /models/m/versions, '{\"description\":\"%s\"}'"
    })
    void of_several_who_change_what_they_all_saw_exactly_one_does(String method, String path, String body)
            throws Exception {
        app.labelledInputs();
        app.create("m", "");
        for (int round = 0; round < ROUNDS; round++) {
            String tag = tagOf(app.at(path));
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                answers.add(CLIENT.sendAsync(
                        request(
                                method,
                                app.at(path),
                                body.formatted("w%d-%d".formatted(round, writer)),
                                "If-Match",
                                tag),
                        HttpResponse.BodyHandlers.ofString()));
            }
            List<Integer> statuses = answers.stream()
                    .map(answer -> answer.join().statusCode())
                    .sorted()
                    .toList();
            assertThat(statuses).hasSize(WRITERS).startsWith(200).endsWith(412);
            assertThat(statuses.subList(1, WRITERS)).containsOnly(412);
        }
    }

    @Test
    void what_is_not_there_cannot_be_changed_on_any_condition() throws Exception {
        HttpResponse<String> answer = send("DELETE", app.at("/models/none"), "", "If-Match", "*");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(MAPPER.readTree(answer.body()).at("/status/code").asInt()).isEqualTo(21200);
    }

    @Test
    void what_is_left_of_the_calls_of_a_key_stands_in_every_answer_to_it() throws Exception {
        for (String path : List.of(app.at(""), app.at("/models/none"), app.at("/usage"))) {
            HttpResponse<String> answer = send("GET", path, "");
            assertThat(answer.headers().firstValue("ratelimit-policy")).as(path).contains("\"calls\";q=2000;w=2");
            assertThat(answer.headers().firstValue("ratelimit").orElseThrow())
                    .as(path)
                    .matches("\"calls\";r=(19\\d\\d|[1-9]\\d{0,2}|1[0-8]\\d\\d);t=[12]");
        }
        assertThat(send("GET", "/v2/nowhere", "").headers().firstValue("ratelimit"))
                .isEmpty();
    }

    @Test
    void links_lead_through_a_list_once_whatever_is_added_or_deleted_meanwhile() throws Exception {
        for (int i = 0; i < 7; i++) {
            app.input("i" + i, OwnApp.PNG, "{\"id\":\"cat\"}");
        }
        List<String> seen = new ArrayList<>();
        String next = app.at("/inputs?per_page=2&page=1");
        while (!next.isEmpty()) {
            HttpResponse<String> page = send("GET", next, "");
            assertThat(page.statusCode()).isEqualTo(200);
            MAPPER.readTree(page.body())
                    .at("/inputs")
                    .forEach(input -> seen.add(input.at("/id").asText()));
            if (seen.size() == 4) {
                app.rest().delete(app.at("/inputs/i0"));
                app.rest().delete(app.at("/inputs/i3"));
            }
            next = page.headers()
                    .firstValue("link")
                    .map(link -> link.substring(1, link.indexOf('>')))
                    .orElse("");
        }
        assertThat(seen).containsExactly("i0", "i1", "i2", "i3", "i4", "i5", "i6");
    }

    @Test
    void versions_newest_first_and_models_have_links_too() throws Exception {
        app.create("m", "");
        app.create("n", "");
        app.create("o", "");
        HttpResponse<String> models = send("GET", app.at("/models?per_page=2"), "");
        String link = models.headers().firstValue("link").orElseThrow();
        HttpResponse<String> rest = send("GET", link.substring(1, link.indexOf('>')), "");
        assertThat(MAPPER.readTree(rest.body()).at("/models/0/id").asText()).isEqualTo("o");
        assertThat(rest.headers().firstValue("link")).isEmpty();
        assertThat(send("GET", app.at("/models/m/versions?per_page=1"), "")
                        .headers()
                        .firstValue("link"))
                .isPresent();
    }

    @Test
    void a_cursor_that_is_none_or_belongs_to_no_list_is_refused() throws Exception {
        HttpResponse<String> none = send("GET", app.at("/inputs?cursor=A%20B"), "");
        assertThat(none.statusCode()).isEqualTo(400);
        assertThat(none.body()).contains("cursor is 'A B'");
        HttpResponse<String> nowhere = send("GET", app.at("?cursor=1"), "");
        assertThat(nowhere.statusCode()).isEqualTo(400);
        assertThat(nowhere.body()).contains("GetApp").contains("leave cursor out");
    }

    @Test
    void the_service_describes_itself() throws Exception {
        HttpResponse<String> document = send("GET", "/q/openapi?format=json", "");
        JsonNode openApi = MAPPER.readTree(document.body());
        assertThat(openApi.at("/openapi").asText()).startsWith("3.1");
        assertThat(openApi.at("/paths")
                        .path("/v2/models/{model_id}/versions")
                        .path("post")
                        .path("operationId"))
                .isEqualTo(MAPPER.getNodeFactory().textNode("PostModelVersions2"));
        assertThat(openApi.findValues("x-deeptrain")).isNotEmpty();
        assertThat(send("GET", "/q/swagger-ui/", "").statusCode()).isEqualTo(200);
    }

    private String tagOf(String path) throws IOException, InterruptedException {
        return send("GET", path, "").headers().firstValue("etag").orElseThrow();
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return CLIENT.send(request(method, path, body, headers), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .header("Authorization", "Key " + Surroundings.KEY)
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }
}
