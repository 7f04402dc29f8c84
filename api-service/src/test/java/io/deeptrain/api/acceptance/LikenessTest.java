package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.event.StoredObject;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Inputs that look like something. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class LikenessTest {
    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    @BeforeEach
    void anAppWithABaseEmbedder() {
        app = OwnApp.fresh(base);
        elsewhere = new Elsewhere(TestServers.kafka());
        app.input("red", png(0xff0000), "{\"id\":\"cat\"}");
        app.input("green", png(0x00ff00), "{\"id\":\"cat\"}");
        app.input("blue", png(0x0000ff), "{\"id\":\"dog\"}");
        app.create("m", "");
    }

    @AfterEach
    void close() {
        elsewhere.close();
    }

    private String indexed() {
        String version =
                new Trainings(app, elsewhere).trained("m", new StoredObject("jobs/x/embedder", "b".repeat(64), 5));
        Answer patched = app.rest()
                .patch(
                        app.at("/base-workflows"),
                        "{\"workflows\":[{\"id\":\"base\",\"nodes\":[{\"id\":\"embed\",\"model\":{\"id\":\"m\"}}]}],"
                                + "\"action\":\"merge\",\"reindex\":true}");
        assertThat(patched.code()).isEqualTo(10000);
        untilReindexed(3);
        return version;
    }

    private void untilReindexed(int inputs) {
        Elsewhere.eventually(() -> {
            JsonNode counts = app.rest().get(app.at("/inputs/status")).body().path("counts");
            return counts.path("reindexed").asInt() == inputs
                    && counts.path("to_reindex").asInt() == 0;
        });
    }

    @Test
    void inputs_are_ranked_by_how_much_they_look_like_an_image() {
        String version = indexed();
        String green = "{\"data\":{\"image\":{\"base64\":\"%s\"}}}".formatted(png(0x00ff00));
        JsonNode hits = hits("\"ranks\":[{\"annotation\":%s}]".formatted(green), "");
        assertThat(hits).hasSize(3);
        assertThat(hits.at("/0/input/id").asText()).isEqualTo("green");
        assertThat(hits.at("/0/score").asDouble()).isCloseTo(1, within(1e-5));
        assertThat(hits.at("/1/score").asDouble()).isBetween(hits.at("/2/score").asDouble(), 0.99);

        assertThat(ids(hits("\"ranks\":[{\"annotation\":%s}]".formatted(green), ",\"min_value\":0.99")))
                .containsExactly("green");
        assertThat(ids(hits(
                        "\"filters\":[{\"annotation\":{\"data\":{\"concepts\":[{\"id\":\"dog\"}]}}}],\"ranks\":[{\"annotation\":%s}]"
                                .formatted(green),
                        "")))
                .containsExactly("blue");
        assertThat(app.rest()
                        .post(
                                app.at("/searches"),
                                "{\"query\":{\"ands\":[{\"output\":{\"input\":%s}}]},\"pagination\":{\"page\":1,\"per_page\":1}}"
                                        .formatted(green))
                        .body()
                        .at("/hits")
                        .findValuesAsText("id")
                        .getFirst())
                .isEqualTo("green");

        app.rest().delete(app.at("/models/m/versions/" + version));
        assertThat(ids(hits("\"ranks\":[{\"annotation\":%s}]".formatted(green), "")))
                .startsWith("green");
    }

    @Test
    void an_input_of_the_app_and_an_embedding_can_be_looked_for_too() {
        indexed();
        assertThat(ids(hits("\"ranks\":[{\"annotation\":{\"input_id\":\"blue\"}}]", "")))
                .startsWith("blue");
        assertThat(code("\"ranks\":[{\"annotation\":{\"input_id\":\"none\"}}]")).isEqualTo(40002);
        String zeros = "0,".repeat(31) + "1";
        assertThat(hits(
                        "\"ranks\":[{\"annotation\":{\"data\":{\"embeddings\":[{\"vector\":[%s]}]}}}]".formatted(zeros),
                        ""))
                .hasSize(3);
        Answer short32 = search("\"ranks\":[{\"annotation\":{\"data\":{\"embeddings\":[{\"vector\":[1,0]}]}}}]", "");
        assertThat(short32.details()).isEqualTo("embeddings of 2 and 32 numbers cannot be compared");
        assertThat(search("\"ranks\":[{\"annotation\":{\"data\":{\"embeddings\":[{\"vector\":[0,0]}]}}}]", "")
                        .details())
                .isEqualTo("query.ranks.annotation: a vector of length 0.0 has no direction");
    }

    @Test
    void new_inputs_are_indexed_as_they_come() {
        indexed();
        app.input("late", png(0x123456), "{\"id\":\"cat\"}");
        untilReindexed(4);
        assertThat(ids(hits("\"ranks\":[{\"annotation\":{\"input_id\":\"late\"}}]", ""))
                        .getFirst())
                .isEqualTo("late");
    }

    @Test
    void whoever_follows_the_links_sees_nothing_twice_while_inputs_come_in() throws Exception {
        indexed();
        String unseen = png(0x112233);
        String body =
                "{\"searches\":[{\"query\":{\"ranks\":[{\"annotation\":{\"data\":{\"image\":{\"base64\":\"%s\"}}}}]}}],\"pagination\":{\"per_page\":1}}"
                        .formatted(unseen);
        HttpResponse<String> first = page(body, "");
        String best = id(first);
        app.input("better", unseen, "{\"id\":\"cat\"}");
        untilReindexed(4);

        List<String> seen = new ArrayList<>(List.of(best));
        Optional<String> next = next(first);
        while (next.isPresent() && seen.size() < 10) {
            HttpResponse<String> page = page(body, next.get());
            if (new ObjectMapper().readTree(page.body()).path("hits").isEmpty()) {
                break;
            }
            seen.add(id(page));
            next = next(page);
        }

        assertThat(id(page(body, ""))).isEqualTo("better");
        assertThat(seen).containsExactlyInAnyOrder("red", "green", "blue");
        assertThat(ids(hits(
                        "\"ranks\":[{\"annotation\":{\"data\":{\"image\":{\"base64\":\"%s\"}}}}]".formatted(unseen),
                        "")))
                .isEqualTo(Stream.concat(Stream.of("better"), seen.stream()).toList());
    }

    private HttpResponse<String> page(String body, String query) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(base.resolve(app.at("/inputs/searches") + query))
                                .header("Authorization", "Key " + Surroundings.KEY)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static Optional<String> next(HttpResponse<String> page) {
        return page.headers().firstValue("link").map(link -> link.substring(link.indexOf('?'), link.indexOf('>')));
    }

    private static String id(HttpResponse<String> page) throws IOException {
        return new ObjectMapper().readTree(page.body()).at("/hits/0/input/id").asText();
    }

    private JsonNode hits(String query, String more) {
        Answer answer = search(query, more);
        assertThat(answer.code()).as(answer.details()).isEqualTo(10000);
        return answer.body().path("hits");
    }

    private int code(String query) {
        return search(query, "").code();
    }

    private Answer search(String query, String more) {
        return app.rest()
                .post(app.at("/inputs/searches"), "{\"searches\":[{\"query\":{%s}%s}]}".formatted(query, more));
    }

    private static List<String> ids(JsonNode hits) {
        return StreamSupport.stream(hits.spliterator(), false)
                .map(hit -> hit.at("/input/id").asText())
                .toList();
    }

    private static String png(int colour) {
        BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
        image.setRGB(1, 1, colour);
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.write(image, "png", bytes);
            return Base64.getEncoder().encodeToString(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
