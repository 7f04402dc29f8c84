package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.grpc.api.ListRunnersRequest;
import com.clarifai.grpc.api.MultiOutputResponse;
import com.clarifai.grpc.api.MultiRunnerResponse;
import com.clarifai.grpc.api.PostModelOutputsRequest;
import com.clarifai.grpc.api.V2Grpc;
import com.clarifai.grpc.api.status.Status;
import com.google.protobuf.Message;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.contract.ServiceProto;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls that the published clients know and this release does not serve. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class UnservedCallsTest {
    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private ManagedChannel channel;

    @BeforeEach
    void open() {
        channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
    }

    @Test
    void the_published_client_is_told_by_the_status_of_a_successful_call() {
        MultiRunnerResponse answer = V2Grpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .listRunners(ListRunnersRequest.newBuilder().setPage(3).build());

        assertNotServed(answer.getStatus(), "ListRunners");
        assertThat(answer.getStatus().getReqId()).isNotEmpty();
    }

    @Test
    void every_call_of_the_published_client_has_an_answer_with_a_status() {
        List<String> unserved = new ArrayList<>();
        for (MethodDescriptor<?, ?> method : V2Grpc.getServiceDescriptor().getMethods()) {
            String name = String.valueOf(method.getBareMethodName());
            if (ServiceProto.getDescriptor().findServiceByName("V2").findMethodByName(name) == null) {
                Message answer = call(method);
                assertNotServed(
                        (Status) answer.getField(answer.getDescriptorForType().findFieldByNumber(1)), name);
                unserved.add(name);
            }
        }
        assertThat(unserved).hasSizeGreaterThan(100).contains("ListRunners", "PostCollectors");
    }

    @Test
    void a_stream_of_answers_has_one_and_ends() {
        Iterator<MultiOutputResponse> answers = ClientCalls.blockingServerStreamingCall(
                channel,
                outputs("GenerateModelOutputs", MethodType.SERVER_STREAMING),
                options(),
                PostModelOutputsRequest.getDefaultInstance());

        assertNotServed(answers.next().getStatus(), "GenerateModelOutputs");
        assertThat(answers.hasNext()).isFalse();
    }

    @Test
    void a_stream_of_requests_is_answered_at_its_first_although_it_does_not_end() throws Exception {
        Answers answers = new Answers();
        StreamObserver<PostModelOutputsRequest> requests = ClientCalls.asyncBidiStreamingCall(
                channel.newCall(outputs("StreamModelOutputs", MethodType.BIDI_STREAMING), options()), answers);
        requests.onNext(PostModelOutputsRequest.getDefaultInstance());

        assertThat(answers.ended.get(30, TimeUnit.SECONDS))
                .singleElement()
                .satisfies(answer -> assertNotServed(answer.getStatus(), "StreamModelOutputs"));
    }

    @Test
    void a_stream_without_a_request_is_answered_at_its_end() throws Exception {
        Answers answers = new Answers();
        ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(outputs("StreamModelOutputs", MethodType.BIDI_STREAMING), options()), answers)
                .onCompleted();

        assertThat(answers.ended.get(30, TimeUnit.SECONDS))
                .singleElement()
                .satisfies(answer -> assertNotServed(answer.getStatus(), "StreamModelOutputs"));
    }

    @Test
    void a_path_of_such_a_call_answers_501_and_any_other_path_404() {
        Rest rest = new Rest(base, Surroundings.KEY);

        assertNotServed(rest.get("/v2/users/me/runners"), "ListRunners");
        assertNotServed(rest.post("/v2/users/me/apps/a/pipelines", "{\"pipelines\":[]}"), "PostPipelines");
        assertNotServed(rest.post("/v2/users/me/apps/a/collectors", "no JSON"), "PostCollectors");

        Answer nothing = rest.get("/v2/users/me/nothing");
        assertThat(nothing.httpStatus()).isEqualTo(404);
        assertThat(nothing.code()).isEqualTo(11101);
    }

    private static void assertNotServed(Answer answer, String call) {
        assertThat(answer.httpStatus()).isEqualTo(501);
        assertThat(answer.code()).isEqualTo(10040);
        assertThat(answer.details()).isEqualTo(call + " is not served by this release");
    }

    private static void assertNotServed(Status status, String call) {
        assertThat(status.getCodeValue()).as(call).isEqualTo(10040);
        assertThat(status.getDescription()).isEqualTo("Not implemented");
        assertThat(status.getDetails()).isEqualTo(call + " is not served by this release");
    }

    private <Q, A> Message call(MethodDescriptor<Q, A> method) {
        Q empty = ((PrototypeMarshaller<Q>) method.getRequestMarshaller()).getMessagePrototype();
        return (Message) ClientCalls.blockingUnaryCall(channel, method, options(), empty);
    }

    /** As newer clients have them: the one of this test knows no streams. */
    private static MethodDescriptor<PostModelOutputsRequest, MultiOutputResponse> outputs(
            String name, MethodType type) {
        return MethodDescriptor.<PostModelOutputsRequest, MultiOutputResponse>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(V2Grpc.SERVICE_NAME, name))
                .setRequestMarshaller(ProtoUtils.marshaller(PostModelOutputsRequest.getDefaultInstance()))
                .setResponseMarshaller(ProtoUtils.marshaller(MultiOutputResponse.getDefaultInstance()))
                .build();
    }

    private static CallOptions options() {
        return CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    /** All that a stream answers, once it has ended well. */
    private static final class Answers implements StreamObserver<MultiOutputResponse> {
        private final List<MultiOutputResponse> all = new ArrayList<>();
        private final CompletableFuture<List<MultiOutputResponse>> ended = new CompletableFuture<>();

        @Override
        public void onNext(MultiOutputResponse answer) {
            all.add(answer);
        }

        @Override
        public void onError(Throwable failure) {
            ended.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            ended.complete(all);
        }
    }
}
