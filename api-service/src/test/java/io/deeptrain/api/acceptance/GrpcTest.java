package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clarifai.credentials.ClarifaiCallCredentials;
import com.clarifai.grpc.api.Data;
import com.clarifai.grpc.api.Image;
import com.clarifai.grpc.api.Input;
import com.clarifai.grpc.api.MultiInputResponse;
import com.clarifai.grpc.api.PostInputsRequest;
import com.clarifai.grpc.api.UserAppIDSet;
import com.clarifai.grpc.api.V2Grpc;
import com.google.protobuf.ByteString;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the gRPC door adds to the answers that both doors share. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class GrpcTest {
    private static final int MEBIBYTE = 1 << 20;

    /** The setting {@code quarkus.grpc.server.max-inbound-message-size}. */
    private static final int MESSAGE_MEBIBYTES_MAX = 128;

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private ManagedChannel channel;

    @BeforeEach
    void open() {
        app = OwnApp.fresh(base);
        channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
    }

    @Test
    void a_message_of_nearly_128_megabytes_is_read() {
        MultiInputResponse answer = stub().postInputs(inputs(MESSAGE_MEBIBYTES_MAX - 1));

        assertThat(answer.getStatus().getCodeValue()).isEqualTo(10020);
        assertThat(answer.getInputsList())
                .hasSize(MESSAGE_MEBIBYTES_MAX - 1)
                .allSatisfy(
                        input -> assertThat(input.getStatus().getCodeValue()).isEqualTo(30104));
    }

    @Test
    void a_larger_message_is_refused_as_such_and_the_connection_goes_on() {
        assertThatThrownBy(() -> stub().postInputs(inputs(MESSAGE_MEBIBYTES_MAX)))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));

        assertThat(stub().postInputs(inputs(1)).getStatus().getCodeValue()).isEqualTo(10020);
    }

    private V2Grpc.V2BlockingStub stub() {
        return V2Grpc.newBlockingStub(channel)
                .withCallCredentials(new ClarifaiCallCredentials(Surroundings.KEY))
                .withDeadlineAfter(60, TimeUnit.SECONDS);
    }

    /** So many inputs of a mebibyte that are no images. */
    private PostInputsRequest inputs(int count) {
        ByteString noImage = ByteString.copyFrom(new byte[MEBIBYTE]);
        PostInputsRequest.Builder request = PostInputsRequest.newBuilder()
                .setUserAppId(UserAppIDSet.newBuilder().setUserId("me").setAppId(app.id()));
        for (int i = 0; i < count; i++) {
            request.addInputs(Input.newBuilder()
                    .setData(Data.newBuilder().setImage(Image.newBuilder().setBase64(noImage))));
        }
        return request.build();
    }
}
