package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.credentials.ClarifaiCallCredentials;
import com.clarifai.grpc.api.Annotation;
import com.clarifai.grpc.api.App;
import com.clarifai.grpc.api.Concept;
import com.clarifai.grpc.api.Data;
import com.clarifai.grpc.api.Dataset;
import com.clarifai.grpc.api.DeleteAppRequest;
import com.clarifai.grpc.api.GetInputRequest;
import com.clarifai.grpc.api.GetModelVersionRequest;
import com.clarifai.grpc.api.Image;
import com.clarifai.grpc.api.Input;
import com.clarifai.grpc.api.Key;
import com.clarifai.grpc.api.ListModelTypesRequest;
import com.clarifai.grpc.api.Model;
import com.clarifai.grpc.api.ModelType;
import com.clarifai.grpc.api.ModelVersion;
import com.clarifai.grpc.api.MultiOutputResponse;
import com.clarifai.grpc.api.OutputInfo;
import com.clarifai.grpc.api.PostAnnotationsRequest;
import com.clarifai.grpc.api.PostAppsRequest;
import com.clarifai.grpc.api.PostDatasetsRequest;
import com.clarifai.grpc.api.PostInputsRequest;
import com.clarifai.grpc.api.PostKeysRequest;
import com.clarifai.grpc.api.PostModelOutputsRequest;
import com.clarifai.grpc.api.PostModelVersionsRequest;
import com.clarifai.grpc.api.PostModelsRequest;
import com.clarifai.grpc.api.SingleModelResponse;
import com.clarifai.grpc.api.TrainInfo;
import com.clarifai.grpc.api.UserAppIDSet;
import com.clarifai.grpc.api.V2Grpc;
import com.clarifai.grpc.api.status.Status;
import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The published clients, as they are published, on the way that their authors test: from a new app to a prediction of a
 * model that was trained in it. A call on that way which this release does not serve is made as well, and must say so.
 */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class PublishedClientsTest {
    private static final long PATIENCE_SECONDS = 60;
    private static final String TEMPLATE = "classification_cifar10_v1";
    private static final int OK = 10000;
    private static final int NOT_IMPLEMENTED = 10040;
    private static final int TRAINING = 21101;
    private static final int QUEUED = 21103;

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI plain;

    @TestHTTPResource(tls = true)
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI secure;

    @Inject
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    RpcTable table;

    private final Path authority = Certificates.ofThisBuild().authority();

    @ParameterizedTest(name = "over TLS: {0}")
    @ValueSource(booleans = {false, true})
    void of_rest_for_node(boolean tls) throws Exception {
        OwnApp app = OwnApp.fresh(plain);
        String base = (tls ? secure : plain).toString().replaceFirst("/$", "");
        run("rest.js", app.id(), Map.of("BASE", base, "NODE_EXTRA_CA_CERTS", authority.toString()));
    }

    @Test
    void of_grpc_for_node_in_its_dynamic_form() throws Exception {
        run(
                "grpc-dynamic.js",
                "app-" + UUID.randomUUID(),
                Map.of("BASE", address(true), "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", authority.toString()));
    }

    @ParameterizedTest(name = "over TLS: {0}")
    @ValueSource(booleans = {false, true})
    void of_grpc_for_node_in_its_static_form(boolean tls) throws Exception {
        run(
                "grpc-static.js",
                "app-" + UUID.randomUUID(),
                Map.of("BASE", address(tls), "AUTHORITY", tls ? authority.toString() : ""));
    }

    @ParameterizedTest(name = "over TLS: {0}")
    @ValueSource(booleans = {false, true})
    void of_grpc_for_java(boolean tls) throws Exception {
        String app = "app-" + UUID.randomUUID();
        ChannelCredentials credentials = tls
                ? TlsChannelCredentials.newBuilder()
                        .trustManager(authority.toFile())
                        .build()
                : InsecureChannelCredentials.create();
        ManagedChannel channel =
                Grpc.newChannelBuilder(address(tls), credentials).build();
        try (PlayedServices _ = new PlayedServices(app)) {
            javaJourney(channel, app);
        } finally {
            channel.shutdownNow();
        }
    }

    private void javaJourney(ManagedChannel channel, String app) {
        V2Grpc.V2BlockingStub all = stub(channel, Surroundings.KEY);
        UserAppIDSet me = UserAppIDSet.newBuilder().setUserId("me").build();
        UserAppIDSet whose = me.toBuilder().setAppId(app).build();
        ok(all.postApps(PostAppsRequest.newBuilder()
                        .setUserAppId(me)
                        .addApps(App.newBuilder().setId(app).setDefaultWorkflowId("General"))
                        .build())
                .getStatus());
        String key = all.postKeys(PostKeysRequest.newBuilder()
                        .setUserAppId(me)
                        .addKeys(Key.newBuilder()
                                .addScopes("All")
                                .addApps(App.newBuilder().setId(app).setUserId("me")))
                        .build())
                .getKeys(0)
                .getId();
        V2Grpc.V2BlockingStub own = stub(channel, key);
        okIfServed(
                "PostDatasets",
                own.postDatasets(PostDatasetsRequest.newBuilder()
                                .addDatasets(Dataset.newBuilder().setId("d"))
                                .build())
                        .getStatus());
        String type = own
                .listModelTypes(
                        ListModelTypesRequest.newBuilder().setPerPage(1000).build())
                .getModelTypesList()
                .stream()
                .filter(PublishedClientsTest::hasTheTemplate)
                .map(ModelType::getId)
                .findFirst()
                .orElseThrow();
        ok(own.postModels(PostModelsRequest.newBuilder()
                        .addModels(Model.newBuilder().setId("m").setModelTypeId(type))
                        .build())
                .getStatus());
        ok(own.postInputs(PostInputsRequest.newBuilder()
                        .addInputs(Input.newBuilder().setId("a").setData(image().addConcepts(concept("cat"))))
                        .addInputs(Input.newBuilder().setId("b").setData(image().addConcepts(concept("dog"))))
                        .build())
                .getStatus());
        GetInputRequest input = GetInputRequest.newBuilder().setInputId("a").build();
        Elsewhere.eventually(() -> own.getInput(input).getInput().getStatus().getCodeValue() == 30000);
        okIfServed(
                "PostAnnotations",
                own.postAnnotations(PostAnnotationsRequest.newBuilder()
                                .addAnnotations(Annotation.newBuilder()
                                        .setInputId("b")
                                        .setData(Data.newBuilder().addConcepts(concept("cat"))))
                                .build())
                        .getStatus());
        SingleModelResponse training = own.postModelVersions(PostModelVersionsRequest.newBuilder()
                .setModelId("m")
                .addModelVersions(ModelVersion.newBuilder()
                        .setTrainInfo(TrainInfo.newBuilder().setParams(params()))
                        .setOutputInfo(OutputInfo.newBuilder()
                                .setData(Data.newBuilder()
                                        .addConcepts(concept("cat"))
                                        .addConcepts(concept("dog")))))
                .build());
        ok(training.getStatus());
        String version = training.getModel().getModelVersion().getId();
        GetModelVersionRequest asked = GetModelVersionRequest.newBuilder()
                .setModelId("m")
                .setVersionId(version)
                .build();
        Elsewhere.eventually(() -> {
            int code = own.getModelVersion(asked).getModelVersion().getStatus().getCodeValue();
            assertThat(code).isIn(QUEUED, TRAINING, 21100);
            return code == 21100;
        });
        MultiOutputResponse predicted = own.postModelOutputs(PostModelOutputsRequest.newBuilder()
                .setModelId("m")
                .addInputs(Input.newBuilder().setData(image()))
                .build());
        ok(predicted.getStatus());
        assertThat(predicted.getOutputs(0).getData().getConceptsList())
                .extracting(Concept::getId)
                .containsExactly("cat", "dog");
        ok(all.deleteApp(DeleteAppRequest.newBuilder().setUserAppId(whose).build())
                .getStatus());
    }

    private static boolean hasTheTemplate(ModelType type) {
        return type.getModelTypeFieldsList().stream()
                .filter(field -> field.getPath().equals("train_info.params.template"))
                .flatMap(field -> field.getModelTypeEnumOptionsList().stream())
                .anyMatch(option -> option.getId().equals(TEMPLATE));
    }

    private static Struct params() {
        return Struct.newBuilder()
                .putFields(
                        "template", Value.newBuilder().setStringValue(TEMPLATE).build())
                .putFields("num_epochs", Value.newBuilder().setNumberValue(2).build())
                .build();
    }

    private static Concept.Builder concept(String id) {
        return Concept.newBuilder().setId(id).setValue(1);
    }

    private static Data.Builder image() {
        return Data.newBuilder()
                .setImage(Image.newBuilder()
                        .setBase64(ByteString.copyFrom(Base64.getDecoder().decode(OwnApp.PNG))));
    }

    private static V2Grpc.V2BlockingStub stub(ManagedChannel channel, String key) {
        return V2Grpc.newBlockingStub(channel)
                .withCallCredentials(new ClarifaiCallCredentials(key))
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static void ok(Status status) {
        assertThat(status.getCodeValue()).as(status.toString()).isEqualTo(OK);
    }

    private void okIfServed(String call, Status status) {
        assertThat(status.getCodeValue())
                .as("%s: %s", call, status)
                .isEqualTo(served().contains(call) ? OK : NOT_IMPLEMENTED);
    }

    private List<String> served() {
        return table.entries().stream()
                .filter(entry -> entry.rpc().isPresent())
                .map(RpcTable.Entry::name)
                .sorted()
                .toList();
    }

    /** To which the name in the certificate belongs. */
    private String address(boolean tls) {
        return "localhost:" + (tls ? secure : plain).getPort();
    }

    private void run(String script, String app, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path said = Files.createTempFile(Path.of("target"), script, ".log");
        ProcessBuilder node = new ProcessBuilder("node", script)
                .directory(Path.of("src", "test", "node").toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        node.environment().putAll(environment);
        node.environment()
                .putAll(Map.of(
                        "APP",
                        app,
                        "PAT",
                        Surroundings.KEY,
                        "PNG",
                        OwnApp.PNG,
                        "SERVED",
                        served().stream().collect(Collectors.joining(","))));
        try (PlayedServices _ = new PlayedServices(app)) {
            Process process = node.start();
            try {
                boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(ended && process.exitValue() == 0)
                        .as("%s (ended: %s) said:%n%s", script, ended, Files.readString(said))
                        .isTrue();
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
