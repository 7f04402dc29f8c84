package io.deeptrain.api.adapter.grpc;

import com.google.protobuf.Descriptors;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.deeptrain.api.adapter.door.Allowance;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Calls;
import io.deeptrain.api.adapter.door.Headers;
import io.deeptrain.api.adapter.door.Paging;
import io.deeptrain.api.adapter.door.PublishedRoute;
import io.deeptrain.api.adapter.door.Reasons;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.door.RpcTable.Entry;
import io.deeptrain.api.adapter.http.CalledAt;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.status.BaseResponse;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import io.grpc.protobuf.ProtoUtils;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Singleton;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Every call of the contract over gRPC. A call that fails is a successful one with the failure in its status, as the
 * published clients expect.
 *
 * <p>That holds for their calls which are not in our contract as well. The answer to one of them is a message with
 * nothing but a status, which is the first field of every answer that they know.
 */
@GrpcService
@Singleton
public class GrpcDoor implements BindableService {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of(Headers.AUTHORIZATION, Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> IDEMPOTENCY_KEY =
            Metadata.Key.of(Headers.IDEMPOTENCY_KEY, Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> POLICY =
            Metadata.Key.of("ratelimit-policy", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> LIMIT = Metadata.Key.of("ratelimit", Metadata.ASCII_STRING_MARSHALLER);

    private final RpcTable table;
    private final Calls calls;

    GrpcDoor(RpcTable table, Calls calls) {
        this.table = table;
        this.calls = calls;
    }

    @Override
    public ServerServiceDefinition bindService() {
        Descriptors.ServiceDescriptor contract =
                table.entries().getFirst().method().getService();
        String service = contract.getFullName();
        Map<MethodDescriptor<Arrived, Message>, ServerCallHandler<Arrived, Message>> served = new LinkedHashMap<>();
        table.entries().forEach(entry -> served.put(method(service, entry), handler(entry)));
        Map<MethodDescriptor<Empty, Message>, ServerCallHandler<Empty, Message>> unserved = new LinkedHashMap<>();
        unserved().forEach(call -> unserved.put(unservedMethod(service, call), unservedHandler(call)));
        ServiceDescriptor.Builder descriptor =
                ServiceDescriptor.newBuilder(service).setSchemaDescriptor(new Schema(contract));
        served.keySet().forEach(descriptor::addMethod);
        unserved.keySet().forEach(descriptor::addMethod);
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(descriptor.build());
        served.forEach(definition::addMethod);
        unserved.forEach(definition::addMethod);
        return definition.build();
    }

    /** From which reflection tells clients what the contract is. */
    private record Schema(Descriptors.ServiceDescriptor service) implements ProtoServiceDescriptorSupplier {
        @Override
        public Descriptors.FileDescriptor getFileDescriptor() {
            return service.getFile();
        }

        @Override
        public Descriptors.ServiceDescriptor getServiceDescriptor() {
            return service;
        }
    }

    private Set<String> unserved() {
        Set<String> calls =
                PublishedRoute.all().stream().map(PublishedRoute::call).collect(Collectors.toCollection(TreeSet::new));
        table.entries().forEach(entry -> calls.remove(entry.name()));
        return calls;
    }

    /** Of both streams, which is true of a call of any type. */
    private static MethodDescriptor<Empty, Message> unservedMethod(String service, String call) {
        return MethodDescriptor.<Empty, Message>newBuilder()
                .setType(MethodType.BIDI_STREAMING)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(service, call))
                .setRequestMarshaller(new Ignoring())
                .setResponseMarshaller(ProtoUtils.marshaller(BaseResponse.getDefaultInstance()))
                .build();
    }

    /** What is asked is not looked at. */
    private static final class Ignoring implements Marshaller<Empty> {
        @Override
        public InputStream stream(Empty message) {
            return message.toByteString().newInput();
        }

        @Override
        public Empty parse(InputStream stream) {
            return Empty.getDefaultInstance();
        }
    }

    /** Answers the first message, or the end if none comes, and whatever comes behind it not at all. */
    private static ServerCallHandler<Empty, Message> unservedHandler(String name) {
        return (call, headers) -> {
            call.request(2);
            return new ServerCall.Listener<>() {
                private boolean answered;

                @Override
                public void onMessage(Empty message) {
                    answerOnce();
                }

                @Override
                public void onHalfClose() {
                    answerOnce();
                }

                private void answerOnce() {
                    if (!answered) {
                        answered = true;
                        answer(call, new Metadata(), Answers.ofUnserved(name));
                    }
                }
            };
        };
    }

    /** What came as a request: a message of the call's type, or nothing if it is none. */
    private record Arrived(Optional<Message> message) {}

    /**
     * Reads what comes. What cannot be read is for the answer to say, as over REST: the transport would hang up without
     * a word of why.
     */
    private record Reading(Marshaller<Message> marshaller) implements Marshaller<Arrived> {
        @Override
        public InputStream stream(Arrived arrived) {
            throw new UnsupportedOperationException("requests are only read here");
        }

        @Override
        public Arrived parse(InputStream stream) {
            try {
                return new Arrived(Optional.of(marshaller.parse(stream)));
            } catch (StatusRuntimeException e) {
                if (e.getCause() instanceof InvalidProtocolBufferException) {
                    return new Arrived(Optional.empty());
                }
                throw e;
            }
        }
    }

    private static MethodDescriptor<Arrived, Message> method(String service, Entry entry) {
        return MethodDescriptor.<Arrived, Message>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(service, entry.name()))
                .setRequestMarshaller(new Reading(ProtoUtils.marshaller(entry.request())))
                .setResponseMarshaller(ProtoUtils.marshaller(entry.response()))
                .build();
    }

    private ServerCallHandler<Arrived, Message> handler(Entry entry) {
        return (call, headers) -> {
            // One for the message and one for the end behind it, which this transport counts as well.
            call.request(2);
            Headers brought = new Headers(
                    Optional.ofNullable(headers.get(AUTHORIZATION)).orElse(""),
                    Optional.ofNullable(headers.get(IDEMPOTENCY_KEY)),
                    Paging.none(),
                    new Allowance(),
                    new Reasons(),
                    CalledAt.ofCurrentCall());
            return new ServerCall.Listener<>() {
                private Arrived request = new Arrived(Optional.of(entry.request()));

                @Override
                public void onMessage(Arrived message) {
                    request = message;
                }

                @Override
                public void onHalfClose() {
                    Optional<Message> complete = request.message();
                    Thread.ofVirtual().name("grpc-" + entry.name()).start(() -> {
                        Message answer = complete.isPresent()
                                ? calls.call(entry, brought, complete.get())
                                : notOfTheContract(entry);
                        answer(call, whatIsLeft(brought.allowance()), answer);
                    });
                }
            };
        };
    }

    private static Message notOfTheContract(Entry entry) {
        return RpcTable.refused(
                entry,
                StatusCode.BAD_REQUEST_FORMAT,
                "The request is no " + entry.request().getDescriptorForType().getFullName());
    }

    private static Metadata whatIsLeft(Allowance allowance) {
        Metadata said = new Metadata();
        allowance.left().ifPresent(left -> {
            said.put(POLICY, left.policy());
            said.put(LIMIT, left.limit());
        });
        return said;
    }

    private static void answer(ServerCall<?, Message> call, Metadata said, Message answer) {
        if (call.isCancelled()) {
            return;
        }
        call.sendHeaders(said);
        call.sendMessage(answer);
        call.close(Status.OK, new Metadata());
    }
}
