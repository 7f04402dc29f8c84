package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.Frame;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.MultiOutputResponse;
import io.deeptrain.contract.PostModelOutputsRequest;
import io.deeptrain.contract.UserAppIDSet;
import io.deeptrain.contract.Video;
import io.deeptrain.event.RequestEvent.TrainingRequested;
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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jcodec.api.SequenceEncoder;
import org.jcodec.common.Codec;
import org.jcodec.common.Format;
import org.jcodec.common.io.ByteBufferSeekableByteChannel;
import org.jcodec.common.model.ColorSpace;
import org.jcodec.common.model.Picture;
import org.jcodec.common.model.Rational;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Videos come in, are listed and searched, are trained on, and are predicted frame by frame. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class VideosTest {
    private static final byte[] MP4 = mp4();
    private static final String VIDEO =
            "{\"video\":{\"base64\":\"%s\"}}".formatted(Base64.getEncoder().encodeToString(MP4));

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @BeforeEach
    void anAppOfItsOwn() {
        app = OwnApp.fresh(base);
    }

    /** Ten grey frames, two a second. */
    private static byte[] mp4() {
        ByteBufferSeekableByteChannel file =
                ByteBufferSeekableByteChannel.writeToByteBuffer(ByteBuffer.allocate(1 << 20));
        try {
            SequenceEncoder encoder = new SequenceEncoder(file, Rational.R(2, 1), Format.MOV, Codec.H264, null);
            for (int frame = 0; frame < 10; frame++) {
                Picture picture = Picture.create(48, 32, ColorSpace.RGB);
                Arrays.fill(picture.getPlaneData(0), (byte) (10 * frame));
                encoder.encodeNativeFrame(picture);
            }
            encoder.finish();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        ByteBuffer contents = file.getContents();
        byte[] bytes = new byte[contents.remaining()];
        contents.get(bytes);
        return bytes;
    }

    private Rest.Answer post(String id, String data) {
        return app.rest().post(app.at("/inputs"), "{\"inputs\":[{\"id\":\"%s\",\"data\":%s}]}".formatted(id, data));
    }

    private static String labelled(String concept) {
        return VIDEO.substring(0, VIDEO.length() - 1) + ",\"concepts\":[{\"id\":\"%s\"}]}".formatted(concept);
    }

    @Test
    void a_video_is_kept_listed_searched_and_deleted_like_an_image() {
        JsonNode posted = post("v", labelled("cat")).body().at("/inputs/0");
        assertThat(posted.at("/status/code").asInt()).isEqualTo(30000);
        assertThat(posted.at("/data/video/video_info").toString())
                .isEqualTo("{\"width\":48,\"height\":32,\"fps\":2.0,\"video_format\":\"MP4 with H.264\","
                        + "\"frame_count\":10,\"duration_seconds\":5.0}");
        assertThat(posted.at("/data").has("image")).isFalse();
        assertThat(app.rest().get(app.at("/inputs/v")).body().path("input")).isEqualTo(posted);
        assertThat(app.rest().get(app.at("/inputs")).body().at("/inputs")).hasSize(1);
        assertThat(app.rest()
                        .post(
                                app.at("/inputs/searches"),
                                "{\"searches\":[{\"query\":{\"filters\":[{\"annotation\":{\"data\":{\"concepts\":"
                                        + "[{\"id\":\"cat\",\"value\":1}]}}}]}}]}")
                        .body()
                        .at("/hits")
                        .findValuesAsText("frame_count"))
                .containsExactly("10");
        app.rest().delete(app.at("/inputs/v"));
        assertThat(app.rest().get(app.at("/inputs/v")).code()).isEqualTo(11101);
    }

    @Test
    void what_is_no_video_is_refused_by_its_field_and_its_kind() {
        assertThat(refusal("{\"video\":{\"base64\":\"GkXfow==\"}}"))
                .isEqualTo(
                        "data.video: the video cannot be used: its bytes are WebM or Matroska; MP4 and QuickTime with"
                                + " H.264 or Motion JPEG, and animated GIF are read");
        assertThat(refusal("{\"video\":{}}"))
                .isEqualTo("data.video has neither base64 nor url but must have one of them");
        assertThat(refusal("{\"video\":{\"url\":\"http://127.0.0.1/v.mp4\"}}")).startsWith("data.video.url: ");
        assertThat(refusal("{\"image\":{\"base64\":\"%s\"},\"video\":{\"base64\":\"GkXfow==\"}}".formatted(OwnApp.PNG)))
                .isEqualTo("data holds an image and a video but must hold one of them");
    }

    private String refusal(String data) {
        JsonNode input = post("x", data).body().at("/inputs/0");
        assertThat(input.at("/data/video/base64").isMissingNode()).isTrue();
        return input.at("/status/details").asText();
    }

    /** Of the ten frames five are looked at, which is what time and cost are estimated for. */
    @Test
    void a_classifier_is_trained_on_labelled_videos() {
        elsewhere = new Elsewhere(TestServers.kafka());
        app.labelledInputs();
        app.create("m", "\"num_epochs\":200");
        JsonNode without = estimate("m");
        post("v", labelled("cat"));
        post("w", labelled("bird"));
        JsonNode with = estimate("m");
        assertThat(with.at("/inputs").asInt()).isEqualTo(without.at("/inputs").asInt() + 1);
        assertThat(with.at("/images").asInt()).isEqualTo(without.at("/images").asInt() + 5);
        assertThat(without.at("/images")).isEqualTo(without.at("/inputs"));
        assertThat(with.at("/seconds")).isEqualTo(estimateOf(with.at("/images").asInt()));
        assertThat(with.at("/seconds"))
                .isNotEqualTo(estimateOf(with.at("/inputs").asInt()));

        JsonNode answer = app.rest().post(app.at("/models/m/versions"), "").body();
        assertThat(answer.at("/status/code").asInt()).isEqualTo(10000);
        assertThat(answer.at("/status/details").asText()).isEmpty();
        TrainingRequested asked = (TrainingRequested) elsewhere
                .hear(app.job("m", answer.at("/model/model_version/id").asText()), 1)
                .getFirst();
        assertThat(asked.estimate().toSeconds()).isEqualTo(with.at("/seconds").asLong());
        assertThat(asked.spec().inputCount()).isEqualTo(with.at("/inputs").asLong());
        JsonNode inputs = app.rest().get(app.at("/models/m/inputs")).body().at("/inputs");
        assertThat(inputs.findValuesAsText("id")).contains("v").doesNotContain("w");
        for (JsonNode input : inputs) {
            assertThat(input.at("/data").has("video"))
                    .isEqualTo(input.at("/id").asText().equals("v"));
        }
    }

    private JsonNode estimateOf(int images) {
        return app.rest()
                .post(app.at("/models/m/estimate"), "{\"estimated_input_count\":%d}".formatted(images))
                .body()
                .at("/estimates/0/seconds");
    }

    private JsonNode estimate(String model) {
        return app.rest()
                .post(app.at("/models/%s/estimate".formatted(model)), "")
                .body()
                .at("/estimates/0");
    }

    @Test
    void videos_alone_can_be_trained_on() {
        post("v", labelled("cat"));
        post("w", labelled("dog"));
        app.create("m", "");
        assertThat(app.rest().post(app.at("/models/m/versions"), "").code()).isEqualTo(10000);
    }

    private void detector(String id, String params) {
        app.rest().post(app.at("/models"), """
                {"model":{"id":"%s","model_type_id":"visual-detector","output_info":{"data":{"concepts":
                [{"id":"cat"}]}},"train_info":{"params":{"template":"Clarifai_InceptionV2"%s}}}}""".formatted(id, params));
    }

    @Test
    void a_detector_leaves_labelled_videos_out_and_says_how_many() {
        post("v", labelled("cat"));
        post("x", labelled("bird"));
        detector("none", "");
        Rest.Answer nothing = app.rest().post(app.at("/models/none/versions"), "");
        assertThat(nothing.code()).isEqualTo(21110);
        assertThat(nothing.body().at("/status/details").asText())
                .contains("; 1 labelled video is left out: detectors learn from boxes in images");

        post("w", labelled("cat"));
        String boxed = "{\"image\":{\"base64\":\"%s\"},\"regions\":[%s]}".formatted(OwnApp.PNG, CAT_BOX);
        assertThat(post("boxed", boxed).code()).isEqualTo(10000);
        JsonNode answer = app.rest().post(app.at("/models/none/versions"), "").body();
        assertThat(answer.at("/status/details").asText()).isEqualTo(TWO_LEFT_OUT);
        assertThat(estimate("none").at("/warnings/0").asText()).isEqualTo(TWO_LEFT_OUT);
        assertThat(estimate("none").at("/images").asInt()).isEqualTo(1);

        detector(
                "ofVersion",
                ",\"dataset_id\":\"d\",\"dataset_version_id\":\"%s\"".formatted(frozen("v", "w", "boxed")));
        assertThat(app.rest()
                        .post(app.at("/models/ofVersion/versions"), "")
                        .body()
                        .at("/status/details")
                        .asText())
                .isEqualTo(TWO_LEFT_OUT);
    }

    private static final String TWO_LEFT_OUT = "2 labelled videos are left out: detectors learn from boxes in images";
    private static final String CAT_BOX = """
            {"region_info":{"bounding_box":{"top_row":0.1,"left_col":0.1,"bottom_row":0.9,"right_col":0.9}},
             "data":{"concepts":[{"id":"cat","value":1}]}}""";

    /** A version of a dataset of these inputs. */
    private String frozen(String... inputs) {
        app.rest().post(app.at("/datasets"), "{\"datasets\":[{\"id\":\"d\"}]}");
        app.rest()
                .post(
                        app.at("/datasets/d/inputs"),
                        "{\"dataset_inputs\":[%s]}"
                                .formatted(Stream.of(inputs)
                                        .map("{\"input\":{\"id\":\"%s\"}}"::formatted)
                                        .collect(Collectors.joining(","))));
        return app.rest()
                .post(app.at("/datasets/d/versions"), "{\"dataset_versions\":[{\"id\":\"one\"}]}")
                .body()
                .at("/dataset_versions/0/id")
                .asText();
    }

    @Test
    void a_dataset_version_holds_the_videos_of_its_dataset() {
        app.labelledInputs();
        post("v", labelled("cat"));
        String version = frozen("a", "b", "v");
        app.create("m", "\"dataset_id\":\"d\",\"dataset_version_id\":\"%s\",\"num_epochs\":2".formatted(version));
        app.rest().delete(app.at("/inputs/v"));
        assertThat(estimate("m").at("/inputs").asInt()).isEqualTo(3);
        assertThat(estimate("m").at("/images").asInt()).isEqualTo(7);
        assertThat(app.rest().post(app.at("/models/m/versions"), "").code()).isEqualTo(10000);
    }

    /** The tests below ask a played worker, which looks at the beginning and at the next moment. */
    @SuppressWarnings("NullAway.Init") // Opened where it is needed.
    private Elsewhere elsewhere;

    @AfterEach
    void close() {
        if (elsewhere != null) {
            elsewhere.close();
        }
    }

    private void trained(String kind) {
        elsewhere = new Elsewhere(TestServers.kafka());
        app.labelledInputs();
        app.create("m", "");
        new Trainings(app, elsewhere).trained("m", new StoredObject("jobs/x/" + kind, "b".repeat(64), 5));
    }

    @Test
    void an_evaluation_on_a_dataset_looks_at_its_images() {
        trained("model");
        post("v", labelled("cat"));
        frozen("v");
        String version = app.versions("m").at("/0/id").asText();
        String asked =
                "{\"eval_metrics\":[{\"model\":{\"id\":\"m\",\"model_version\":{\"id\":\"%s\"}},\"ground_truth_dataset\":{\"id\":\"d\"}}]}"
                        .formatted(version);
        assertThat(app.rest().post(app.at("/evaluations"), asked).details())
                .endsWith("must be a dataset with images that are labelled with a concept of the model");
        app.rest().post(app.at("/datasets/d/inputs"), "{\"dataset_inputs\":[{\"input\":{\"id\":\"a\"}}]}");
        assertThat(app.rest().post(app.at("/evaluations"), asked).code()).isEqualTo(10000);
    }

    private Rest.Answer predicted(String input, String config) {
        return app.rest()
                .post(
                        app.at("/models/m/outputs"),
                        "{\"inputs\":[%s],\"model\":{\"output_info\":{\"output_config\":%s}}}"
                                .formatted(input, config));
    }

    @Test
    void a_video_is_answered_frame_by_frame_at_both_doors() throws InterruptedException {
        trained("model");
        JsonNode output = predicted("{\"data\":%s}".formatted(VIDEO), "{\"sample_ms\":1500,\"max_concepts\":1}")
                .body()
                .at("/outputs/0");
        assertThat(output.at("/input/data/video/base64").isMissingNode()).isTrue();
        assertThat(output.at("/input/data").has("video")).isTrue();
        assertThat(output.at("/data/frames")).hasSize(2);
        assertThat(output.at("/data/frames/1/frame_info").toString())
                .isEqualTo("{\"index\":1,\"time\":1500,\"number\":3}");
        assertThat(output.at("/data/frames/1/data/concepts").findValuesAsText("id"))
                .containsExactly("cat");

        post("v", VIDEO);
        assertThat(predicted("{\"id\":\"v\"}", "{}")
                        .body()
                        .at("/outputs/0/data/frames/1/frame_info/time")
                        .asInt())
                .isEqualTo(1000);
        assertThat(grpc()).extracting(frame -> frame.getFrameInfo().getTime()).containsExactly(0, 1000);
        assertThat(grpc().getFirst().getData().getConcepts(0).getId()).isEqualTo("cat");
    }

    @Test
    void a_workflow_answers_a_video_frame_by_frame() {
        trained("detector");
        app.rest().post(app.at("/workflows"), """
                {"workflows":[{"id":"w","nodes":[{"id":"find","model":{"id":"m"}}]}]}""");
        JsonNode frames = app.rest()
                .post(
                        app.at("/workflows/w/results"),
                        "{\"inputs\":[{\"data\":%s}],\"output_config\":{\"sample_ms\":500}}".formatted(VIDEO))
                .body()
                .at("/results/0/outputs/0/data/frames");
        assertThat(frames).hasSize(2);
        assertThat(frames.at("/1/frame_info/time").asInt()).isEqualTo(500);
        assertThat(frames.at("/1/data/regions")).hasSize(2);
    }

    @Test
    void a_sampling_out_of_its_range_is_refused() {
        trained("model");
        for (int sampleMillis : List.of(99, 60_001)) {
            Rest.Answer answer =
                    predicted("{\"data\":%s}".formatted(VIDEO), "{\"sample_ms\":%d}".formatted(sampleMillis));
            assertThat(answer.code()).isEqualTo(40001);
            assertThat(answer.body().at("/status/details").asText())
                    .isEqualTo("model.output_info.output_config.sample_ms is %d but must be 100 to 60000"
                            .formatted(sampleMillis));
        }
        String video = "{\"data\":{\"video\":{\"base64\":\"AA==\"}}}";
        assertThat(predicted(String.join(",", List.of(video, video, video, video, video)), "{}")
                        .body()
                        .at("/status/details")
                        .asText())
                .isEqualTo("inputs holds 5 videos but must hold at most 4");
    }

    private List<Frame> grpc() throws InterruptedException {
        ManagedChannel channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .usePlaintext()
                .build();
        try {
            Metadata headers = new Metadata();
            headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Key " + Surroundings.KEY);
            return ClientCalls.blockingUnaryCall(
                            ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
                            MethodDescriptor.<PostModelOutputsRequest, MultiOutputResponse>newBuilder()
                                    .setType(MethodDescriptor.MethodType.UNARY)
                                    .setFullMethodName("clarifai.api.V2/PostModelOutputs")
                                    .setRequestMarshaller(
                                            ProtoUtils.marshaller(PostModelOutputsRequest.getDefaultInstance()))
                                    .setResponseMarshaller(
                                            ProtoUtils.marshaller(MultiOutputResponse.getDefaultInstance()))
                                    .build(),
                            CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS),
                            PostModelOutputsRequest.newBuilder()
                                    .setUserAppId(UserAppIDSet.newBuilder()
                                            .setUserId("me")
                                            .setAppId(app.id()))
                                    .setModelId("m")
                                    .addInputs(Input.newBuilder()
                                            .setData(Data.newBuilder()
                                                    .setVideo(Video.newBuilder().setBase64(ByteString.copyFrom(MP4)))))
                                    .build())
                    .getOutputs(0)
                    .getData()
                    .getFramesList();
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }
}
