package io.deeptrain.api.acceptance;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.deeptrain.contract.UserAppIDSet;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Makes requests such as a caller could make, any of them. Where an id is, a placeholder is in most cases, which stands
 * for an id of that kind.
 */
final class AnyRequest {
    /** The kinds of ids, those first whose name holds the name of another. */
    static final List<String> KINDS = List.of(
            "dataset_version",
            "version",
            "model",
            "input",
            "concept",
            "dataset",
            "workflow",
            "annotation",
            "key",
            "user",
            "app");

    private static final int DEPTH_MAX = 5;
    private static final ByteString IMAGE =
            ByteString.copyFrom(Base64.getDecoder().decode(OwnApp.PNG));

    private final Random random;
    private final List<String> owners;

    /** @param owners whose ids the placeholders may stand for */
    @SuppressWarnings("MissingSummary") // The class says it.
    AnyRequest(Random random, List<String> owners) {
        this.random = random;
        this.owners = owners;
    }

    static String placeholder(String owner, String kind) {
        return "<%s-%s>".formatted(owner, kind);
    }

    /** Any request of this type that can be made in this way. */
    Message of(Message type, Binding binding) {
        Message request = filled(type, 0, !binding.hasBody());
        for (String variable : binding.variables()) {
            if (Fields.text(request, variable).isEmpty()) {
                request = Fields.with(request, variable, id(variable, request.getDescriptorForType()));
            }
            if (Fields.text(request, variable).isEmpty()) {
                request = Fields.with(request, variable, "nothing");
            }
        }
        return request;
    }

    private Message filled(Message type, int depth, boolean isQuery) {
        Message.Builder message = type.newBuilderForType();
        if (type instanceof UserAppIDSet) {
            whose((UserAppIDSet.Builder) message);
            return message.build();
        }
        for (FieldDescriptor field : type.getDescriptorForType().getFields()) {
            boolean isMessage = field.getJavaType() == JavaType.MESSAGE;
            boolean isStruct = isMessage && field.getMessageType().equals(Struct.getDescriptor());
            boolean isSkipped = isMessage
                    && ((isQuery && (field.isRepeated() || isStruct))
                            || field.isMapField()
                            || depth == DEPTH_MAX
                            || (!isStruct
                                    && field.getMessageType()
                                            .getFile()
                                            .getPackage()
                                            .startsWith("google")));
            boolean isWanted = random.nextInt(10) < (depth == 0 ? 8 : 4);
            if (isSkipped || !isWanted) {
                continue;
            }
            if (field.isRepeated()) {
                int count = random.nextInt(3);
                for (int i = 0; i < count; i++) {
                    message.addRepeatedField(field, value(message, field, depth, isQuery));
                }
            } else {
                message.setField(field, value(message, field, depth, isQuery));
            }
        }
        return message.build();
    }

    private void whose(UserAppIDSet.Builder whose) {
        String owner = owners.get(random.nextInt(owners.size()));
        if (random.nextInt(10) > 0) {
            whose.setUserId(
                    random.nextInt(3) == 0
                            ? "me"
                            : placeholder(random.nextInt(4) == 0 ? owners.getLast() : owner, "user"));
        }
        if (random.nextInt(10) > 0) {
            whose.setAppId(placeholder(owner, "app"));
        }
    }

    private Object value(Message.Builder message, FieldDescriptor field, int depth, boolean isQuery) {
        return switch (field.getJavaType()) {
            case BOOLEAN -> random.nextBoolean();
            case INT -> random.nextInt(4);
            case LONG -> (long) random.nextInt(4);
            case FLOAT -> random.nextInt(3) / 2f;
            case DOUBLE -> random.nextInt(3) / 2d;
            case STRING -> text(field);
            case BYTE_STRING -> random.nextBoolean() ? IMAGE : ByteString.copyFromUtf8("no image");
            case ENUM -> any(field.getEnumType().getValues());
            case MESSAGE ->
                field.getMessageType().equals(Struct.getDescriptor())
                        ? struct()
                        : filled(message.newBuilderForField(field).build(), depth + 1, isQuery);
        };
    }

    private Struct struct() {
        return Struct.newBuilder()
                .putFields(
                        "template",
                        Value.newBuilder()
                                .setStringValue(any(List.of("classification_cifar10_v1", "x")))
                                .build())
                .putFields(
                        "num_epochs",
                        Value.newBuilder().setNumberValue(1 + random.nextInt(3)).build())
                .build();
    }

    private String text(FieldDescriptor field) {
        String name = field.getName();
        if (name.contains("url")) {
            return any(List.of("http://127.0.0.1:1/x", "", "no url"));
        }
        if (name.equals("action") || name.equals("metadata_action")) {
            return any(List.of("merge", "overwrite", "remove", "swap"));
        }
        if (name.equals("model_type_id")) {
            return any(List.of("visual-classifier", "embedding-classifier", "x"));
        }
        if (name.equals("scopes")) {
            return any(List.of("All", "Models_Get", "x"));
        }
        return name.equals("id") || name.equals("ids") || name.endsWith("_id") || name.endsWith("_ids")
                ? id(name, field.getContainingType())
                : any(List.of("", "x", "Ä?%/", "cat"));
    }

    private String id(String name, Descriptor type) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        String hint = (last.equals("id") || last.equals("ids") ? type.getName() : last)
                .replaceAll("([a-z])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
        String kind = KINDS.stream().filter(hint::contains).findFirst().orElseGet(() -> any(KINDS));
        return switch (random.nextInt(12)) {
            case 0 -> "";
            case 1 -> "new-" + random.nextInt(3);
            case 2 -> placeholder(any(owners), any(KINDS));
            case 3 -> "Ä b/%&?+=";
            default -> placeholder(any(owners), kind);
        };
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
