package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.Image;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.MultiOutputResponse;
import io.deeptrain.contract.PostModelOutputsRequest;
import io.deeptrain.contract.UserAppIDSet;
import io.deeptrain.event.StoredObject;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What models of each kind say of an image. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class PredictionsTest {
    private static final String INPUT = "{\"data\":{\"image\":{\"base64\":\"%s\"}}}".formatted(OwnApp.PNG);

    private static final MethodDescriptor<PostModelOutputsRequest, MultiOutputResponse> METHOD =
            MethodDescriptor.<PostModelOutputsRequest, MultiOutputResponse>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("clarifai.api.V2/PostModelOutputs")
                    .setRequestMarshaller(ProtoUtils.marshaller(PostModelOutputsRequest.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(MultiOutputResponse.getDefaultInstance()))
                    .build();

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private ManagedChannel channel;

    @BeforeEach
    void anAppOfItsOwn() {
        app = OwnApp.fresh(base);
        elsewhere = new Elsewhere(TestServers.kafka());
        channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .usePlaintext()
                .build();
        app.labelledInputs();
        app.create("m", "");
    }

    @AfterEach
    void close() {
        elsewhere.close();
        channel.shutdownNow();
    }

    @Test
    void a_detector_answers_regions_with_their_concepts() {
        trained("detector");
        JsonNode regions = predicted("{}").at("/regions");
        assertThat(regions).hasSize(2);
        assertThat(regions.at("/0/region_info/bounding_box").toString())
                .isEqualTo("{\"top_row\":0.0,\"left_col\":0.25,\"bottom_row\":0.5,\"right_col\":0.75}");
        assertThat(regions.at("/0/value").asDouble()).isEqualTo(0.9);
        assertThat(regions.at("/0/data/concepts").findValuesAsText("id")).containsExactly("cat", "dog");
        assertThat(regions.at("/1/data/concepts").findValuesAsText("id")).containsExactly("dog");

        assertThat(predicted("{\"min_value\":0.5}").findValuesAsText("name")).containsExactly("cat");
        assertThat(predicted("{\"max_concepts\":1}").findValuesAsText("name")).containsExactly("cat", "dog");
        assertThat(predicted("{\"select_concepts\":[{\"id\":\"dog\"}]}")
                        .at("/regions")
                        .findValuesAsText("value"))
                .containsExactly("0.3", "0.3", "0.1", "0.1");
        assertThat(grpc().getRegionsList())
                .extracting(region -> region.getRegionInfo().getBoundingBox().getRightCol())
                .containsExactly(0.75f, 0.25f);
    }

    @Test
    void what_to_show_must_be_possible() {
        trained("detector");
        Rest.Answer refused = answered("{\"max_concepts\":4294967295,\"min_value\":-1}");
        assertThat(refused.code()).isEqualTo(40001);
        assertThat(refused.details().lines())
                .containsExactly(
                        "model.output_info.output_config.max_concepts is 4294967295 but must be a whole number from 1 to"
                                + " 10000, or 0 for all; the nearest is 10000",
                        "model.output_info.output_config.min_value is -1.0 but must be 0 to 1");
    }

    @Test
    void an_embedder_answers_an_embedding_whole() {
        trained("embedder");
        assertThat(predicted("{\"max_concepts\":1,\"min_value\":0.9}").toString())
                .isEqualTo("{\"embeddings\":[{\"vector\":[0.6,0.0,-0.8],\"num_dimensions\":3}]}");
        assertThat(grpc().getEmbeddings(0).getVectorList()).isEqualTo(List.of(0.6f, 0f, -0.8f));
    }

    @Test
    void a_workflow_passes_on_what_its_nodes_answer() {
        trained("detector");
        app.rest().post(app.at("/workflows"), """
                {"workflows":[{"id":"w","nodes":[{"id":"find","model":{"id":"m"}}]}]}""");
        JsonNode result = app.rest()
                .post(
                        app.at("/workflows/w/results"),
                        "{\"inputs\":[%s],\"output_config\":{\"min_value\":0.5}}".formatted(INPUT))
                .body()
                .at("/results/0");
        assertThat(result.at("/status/code").asInt()).isEqualTo(10000);
        assertThat(result.at("/outputs/0/data/regions/0/data/concepts/0/id").asText())
                .isEqualTo("cat");
        assertThat(result.at("/outputs/0/data/regions")).hasSize(1);
    }

    private void trained(String kind) {
        new Trainings(app, elsewhere).trained("m", new StoredObject("jobs/x/" + kind, "b".repeat(64), 5));
    }

    private Rest.Answer answered(String config) {
        return app.rest()
                .post(
                        app.at("/models/m/outputs"),
                        "{\"inputs\":[%s],\"model\":{\"output_info\":{\"output_config\":%s}}}"
                                .formatted(INPUT, config));
    }

    private JsonNode predicted(String config) {
        Rest.Answer answer = answered(config);
        assertThat(answer.code()).isEqualTo(10000);
        return answer.body().at("/outputs/0/data");
    }

    /** With our own stubs: the published client's code for embeddings needs an older protobuf than the tests have. */
    private Data grpc() {
        ByteString png = ByteString.copyFrom(Base64.getDecoder().decode(OwnApp.PNG));
        return ClientCalls.blockingUnaryCall(
                        ClientInterceptors.intercept(
                                channel, MetadataUtils.newAttachHeadersInterceptor(headers("Key " + Surroundings.KEY))),
                        METHOD,
                        CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS),
                        PostModelOutputsRequest.newBuilder()
                                .setUserAppId(UserAppIDSet.newBuilder()
                                        .setUserId("me")
                                        .setAppId(app.id()))
                                .setModelId("m")
                                .addInputs(Input.newBuilder()
                                        .setData(Data.newBuilder()
                                                .setImage(Image.newBuilder().setBase64(png))))
                                .build())
                .getOutputs(0)
                .getData();
    }

    private static Metadata headers(String authorization) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
        return headers;
    }
}
