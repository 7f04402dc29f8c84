package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.credentials.ClarifaiCallCredentials;
import com.clarifai.grpc.api.ModelVersionExport;
import com.clarifai.grpc.api.PutModelVersionExportsRequest;
import com.clarifai.grpc.api.UserAppIDSet;
import com.clarifai.grpc.api.V2Grpc;
import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.event.StoredObject;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.StoredBlob;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A trained model as a file. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class ExportsTest {
    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @Inject
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    ObjectStore objects;

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
    }

    @AfterEach
    void close() {
        elsewhere.close();
    }

    @Test
    void a_model_is_asked_for_and_then_downloaded_as_it_was_published() throws IOException {
        byte[] model = new byte[300_000];
        new Random(42).nextBytes(model);
        StoredBlob blob = objects.put(
                "jobs/%s/attempts/1/model.safetensors".formatted(UUID.randomUUID()), new ByteArrayInputStream(model));
        String version = new Trainings(app, elsewhere)
                .trained("m", new StoredObject(blob.key(), blob.sha256(), blob.sizeBytes()));
        String exports = app.at("/models/m/versions/" + version + "/exports");
        assertThat(app.rest().get(exports).code()).isEqualTo(11101);
        Answer asked = app.rest().put(exports, "{}");
        assertThat(asked.code()).isEqualTo(10000);
        assertThat(asked.body().at("/export/status/code").asInt()).isEqualTo(21503);
        assertThat(app.rest()
                        .put(exports, "{}")
                        .body()
                        .at("/export/status/code")
                        .asInt())
                .isEqualTo(21500);
        JsonNode exported = app.rest().get(exports).body().path("export");
        assertThat(exported.at("/status/code").asInt()).isEqualTo(21500);
        assertThat(exported.at("/status/details").asText())
                .contains("safetensors, onnx, card, run, report, unreadable, answers, bundle");
        assertThat(exported.path("size").asText()).isEqualTo("300000");

        HttpResponse<byte[]> file = app.rest().file(exported.path("url").asText());
        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.body()).isEqualTo(model);
        assertThat(file.headers().firstValue("content-disposition"))
                .contains("attachment; filename=\"m-%s.safetensors\"".formatted(version));
        assertThat(file.headers().firstValue("etag")).contains('"' + blob.sha256() + '"');
        String signed = exported.path("url").asText();
        assertThat(app.rest().as("wrong").file(signed).body()).isEqualTo(model);
        assertThat(app.rest().as("wrong").file(unsigned(signed)).statusCode()).isEqualTo(401);
        assertThat(app.rest().file(unsigned(signed)).body()).isEqualTo(model);
        app.rest().delete(app.at("/models/m/versions/" + version));
        assertThat(app.rest().file(exported.path("url").asText()).statusCode()).isEqualTo(404);
    }

    private static String unsigned(String link) {
        return link.substring(0, link.indexOf('?'));
    }

    @Test
    void what_was_published_beside_a_model_is_downloaded_by_its_format() throws IOException {
        String folder = "jobs/%s/attempts/1/".formatted(UUID.randomUUID());
        StoredBlob blob = put(folder + "model.safetensors", "weights");
        put(folder + "model.onnx", "network");
        put(folder + "README.md", "# Model card");
        put(folder + "run.json", "{}");
        put(folder + "unreadable.json", "{\"count\":0}");
        put(folder + "answers.jsonl", "{}\n{}\n");
        String version = new Trainings(app, elsewhere)
                .trained("m", new StoredObject(blob.key(), blob.sha256(), blob.sizeBytes()));
        String file = app.at("/models/m/versions/" + version + "/export/file");
        assertThat(text(file)).isEqualTo("weights");
        assertThat(text(file + "?format=safetensors")).isEqualTo("weights");
        assertThat(text(file + "?format=onnx")).isEqualTo("network");
        assertThat(text(file + "?format=run")).isEqualTo("{}");
        assertThat(text(file + "?format=unreadable")).isEqualTo("{\"count\":0}");
        assertThat(text(file + "?format=answers")).isEqualTo("{}\n{}\n");
        assertThat(app.rest().file(file + "?format=answers").headers().firstValue("content-disposition"))
                .contains("attachment; filename=\"m-%s-answers.jsonl\"".formatted(version));
        HttpResponse<byte[]> card = app.rest().file(file + "?format=card");
        assertThat(new String(card.body(), StandardCharsets.UTF_8)).isEqualTo("# Model card");
        assertThat(card.headers().firstValue("content-type")).contains("text/markdown; charset=utf-8");
        assertThat(card.headers().firstValue("content-disposition"))
                .contains("attachment; filename=\"m-%s-README.md\"".formatted(version));

        Map<String, String> bundle = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(
                app.rest().file(file + "?format=bundle").body()))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                bundle.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        String name = "m-" + version + "/";
        assertThat(bundle)
                .isEqualTo(Map.of(
                        name + "model.safetensors",
                        "weights",
                        name + "model.onnx",
                        "network",
                        name + "README.md",
                        "# Model card",
                        name + "run.json",
                        "{}",
                        name + "unreadable.json",
                        "{\"count\":0}",
                        name + "answers.jsonl",
                        "{}\n{}\n"));

        Answer missing = app.rest().get(file + "?format=report");
        assertThat(missing.code()).isEqualTo(11101);
        assertThat(missing.details()).contains("no report.json");
        Answer unknown = app.rest().get(file + "?format=pickle");
        assertThat(unknown.code()).isEqualTo(21203);
        assertThat(unknown.details())
                .contains(
                        "format must be one of safetensors, onnx, card, run, report, unreadable, answers, bundle: 'pickle'");
    }

    private StoredBlob put(String key, String content) throws IOException {
        return objects.put(key, new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
    }

    private String text(String path) {
        HttpResponse<byte[]> file = app.rest().file(path);
        assertThat(file.statusCode()).isEqualTo(200);
        return new String(file.body(), StandardCharsets.UTF_8);
    }

    @Test
    void what_is_not_trained_or_not_there_cannot_be_exported() {
        String untrained = app.versions("m").at("/0/id").asText();
        Answer refused = app.rest().put(app.at("/models/m/versions/" + untrained + "/exports"), "{}");
        assertThat(refused.code()).isEqualTo(21203);
        assertThat(refused.details()).contains("is not trained");
        assertThat(app.rest()
                        .file(app.at("/models/m/versions/" + untrained + "/export/file"))
                        .statusCode())
                .isEqualTo(400);
        String lost = new Trainings(app, elsewhere).trained("m");
        assertThat(app.rest()
                        .put(app.at("/models/m/versions/" + lost + "/exports"), "{}")
                        .code())
                .isEqualTo(21502);
    }

    @Test
    void the_published_grpc_client_asks_for_an_export() throws IOException {
        StoredBlob blob = objects.put(
                "jobs/%s/attempts/1/model.safetensors".formatted(UUID.randomUUID()),
                new ByteArrayInputStream(new byte[] {1, 2, 3}));
        String version = new Trainings(app, elsewhere)
                .trained("m", new StoredObject(blob.key(), blob.sha256(), blob.sizeBytes()));
        ManagedChannel channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .usePlaintext()
                .build();
        try {
            ModelVersionExport export = V2Grpc.newBlockingStub(channel)
                    .withCallCredentials(new ClarifaiCallCredentials(Surroundings.KEY))
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .putModelVersionExports(PutModelVersionExportsRequest.newBuilder()
                            .setUserAppId(
                                    UserAppIDSet.newBuilder().setUserId("me").setAppId(app.id()))
                            .setModelId("m")
                            .setVersionId(version)
                            .build())
                    .getExport();
            assertThat(export.getStatus().getCodeValue()).isEqualTo(21503);
        } finally {
            channel.shutdownNow();
        }
    }
}
