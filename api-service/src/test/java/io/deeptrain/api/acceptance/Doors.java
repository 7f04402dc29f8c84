package io.deeptrain.api.acceptance;

import com.clarifai.credentials.ClarifaiCallCredentials;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.deeptrain.api.adapter.door.RpcTable;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.stream.Collectors;

/** Both doors, for calls of any type. */
final class Doors implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final URI base;
    private final ManagedChannel channel;

    Doors(URI base) {
        this.base = base;
        channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .usePlaintext()
                .build();
    }

    /** What came back over REST, and with which HTTP status. */
    record RestAnswer(int httpStatus, Message answer) {}

    Message overGrpc(RpcTable.Entry entry, Message request, String key) {
        MethodDescriptor<Message, Message> method = MethodDescriptor.<Message, Message>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(
                        entry.method().getService().getFullName(), entry.name()))
                .setRequestMarshaller(ProtoUtils.marshaller(entry.request()))
                .setResponseMarshaller(ProtoUtils.marshaller(entry.response()))
                .build();
        return ClientCalls.blockingUnaryCall(channel, method, options(key), request);
    }

    /** Makes a call with whatever bytes. */
    Message bytesOverGrpc(RpcTable.Entry entry, byte[] request, String key) {
        MethodDescriptor<byte[], Message> method = MethodDescriptor.<byte[], Message>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(
                        entry.method().getService().getFullName(), entry.name()))
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(ProtoUtils.marshaller(entry.response()))
                .build();
        return ClientCalls.blockingUnaryCall(channel, method, options(key), request);
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] bytes) {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
            throw new UnsupportedOperationException("only requests are bytes");
        }
    }

    private static CallOptions options(String key) {
        return CallOptions.DEFAULT
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .withCallCredentials(new ClarifaiCallCredentials(key));
    }

    RestAnswer overRest(RpcTable.Entry entry, Binding binding, Message request, String key) {
        Rest rest = new Rest(base, key);
        String path = path(binding, request);
        Rest.Answer answer = binding.hasBody()
                ? rest.send(binding.httpMethod(), path, json(request))
                : rest.send(binding.httpMethod(), path + query(binding, request), "");
        return new RestAnswer(answer.httpStatus(), parsed(entry.response(), answer.body()));
    }

    private static String path(Binding binding, Message request) {
        return Binding.VARIABLE
                .matcher(binding.pattern())
                .replaceAll(variable -> Matcher.quoteReplacement(encoded(Fields.text(request, variable.group(1)))));
    }

    private static String query(Binding binding, Message request) {
        List<String> parameters = new ArrayList<>();
        collect(request, "", binding.variables(), parameters);
        return parameters.isEmpty() ? "" : parameters.stream().collect(Collectors.joining("&", "?", ""));
    }

    private static void collect(Message message, String prefix, List<String> known, List<String> parameters) {
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            String name = prefix + field.getName();
            if (known.contains(name)) {
                continue;
            }
            if (field.getJavaType() == JavaType.MESSAGE) {
                collect((Message) entry.getValue(), name + ".", known, parameters);
            } else {
                List<?> values = field.isRepeated() ? (List<?>) entry.getValue() : List.of(entry.getValue());
                values.forEach(value -> parameters.add(name + "=" + encoded(value.toString())));
            }
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String json(Message request) {
        try {
            return JsonFormat.printer()
                    .preservingProtoFieldNames()
                    .alwaysPrintFieldsWithNoPresence()
                    .print(request);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All that is in the answer is in the contract, or this fails. */
    private static Message parsed(Message type, JsonNode answer) {
        try {
            Message.Builder message = type.newBuilderForType();
            JsonFormat.parser().merge(answer.toString(), message);
            return message.build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("not of the contract: " + answer, e);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
