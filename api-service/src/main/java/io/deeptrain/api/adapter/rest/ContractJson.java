package io.deeptrain.api.adapter.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Timestamps;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The JSON of the contract, which differs from protobuf's own: names in snake case, enums as integers, empty fields
 * left out unless the contract says to show them ({@code cl_show_if_empty}), a value that is left out of a request may
 * stand for another number than zero ({@code cl_default_float}), {@code true} is a number where one is expected, and
 * {@code null} is nothing.
 */
final class ContractJson {
    private static final int DEPTH_MAX = 64;

    /** Messages that have a JSON form of their own. */
    private static final Set<String> WELL_KNOWN = Set.of(
            "google.protobuf.Struct",
            "google.protobuf.Value",
            "google.protobuf.ListValue",
            "google.protobuf.Timestamp",
            "google.protobuf.Duration",
            "google.protobuf.BoolValue",
            "google.protobuf.Int32Value",
            "google.protobuf.UInt32Value",
            "google.protobuf.Int64Value",
            "google.protobuf.UInt64Value",
            "google.protobuf.FloatValue",
            "google.protobuf.DoubleValue",
            "google.protobuf.StringValue",
            "google.protobuf.BytesValue");

    /** Of the messages that hold one value and stand for it. */
    private static final String WRAPPED = "value";

    private final ObjectMapper mapper;

    /** @param stringBytesMax the longest string of a request, which is an image in base64 */
    @SuppressWarnings("MissingSummary") // The class says it.
    ContractJson(int stringBytesMax) {
        mapper = new ObjectMapper(JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEPTH_MAX)
                        .maxStringLength(stringBytesMax)
                        .build())
                .build());
    }

    /** A request that cannot be understood. The message says why, for the caller. */
    static final class BadRequestException extends Exception {
        BadRequestException(String message) {
            super(message);
        }
    }

    /**
     * Reads a request from its three places: the body, the query, and the path, of which the later ones win.
     *
     * @param body may be empty
     * @param query by dotted field names; a repeated field has several values
     * @param path by dotted field names
     */
    Message read(Message type, byte[] body, Map<String, List<String>> query, Map<String, String> path)
            throws BadRequestException {
        ObjectNode request = body.length == 0 ? mapper.createObjectNode() : parse(body);
        for (Map.Entry<String, List<String>> parameter : query.entrySet()) {
            put(request, type.getDescriptorForType(), parameter.getKey(), parameter.getValue());
        }
        for (Map.Entry<String, String> variable : path.entrySet()) {
            put(request, type.getDescriptorForType(), variable.getKey(), List.of(variable.getValue()));
        }
        normalise(request, type.getDescriptorForType());
        try {
            Message.Builder message = type.newBuilderForType();
            JsonFormat.parser().ignoringUnknownFields().merge(request.toString(), message);
            return message.build();
        } catch (InvalidProtocolBufferException e) {
            throw new BadRequestException(String.valueOf(e.getMessage()));
        }
    }

    private ObjectNode parse(byte[] body) throws BadRequestException {
        try {
            JsonNode tree = mapper.readTree(body);
            if (tree instanceof ObjectNode object) {
                return object;
            }
            if (tree.isMissingNode() || tree.isNull()) {
                return mapper.createObjectNode();
            }
            throw new BadRequestException("The body must be a JSON object but is " + tree.getNodeType());
        } catch (JsonProcessingException e) {
            throw new BadRequestException("The body is not JSON: " + e.getOriginalMessage()
                    + Optional.ofNullable(e.getLocation())
                            .map(at -> " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr()))
                            .orElse(""));
        } catch (IOException e) {
            throw new BadRequestException("The body cannot be read: " + e.getMessage());
        }
    }

    /**
     * Sets a field by its dotted name, in the message that the dots lead to. What the contract does not know is
     * ignored.
     */
    private void put(ObjectNode message, Descriptor type, String dottedName, List<String> values) {
        int dot = dottedName.indexOf('.');
        String name = dot < 0 ? dottedName : dottedName.substring(0, dot);
        FieldDescriptor field = type.findFieldByName(name);
        if (field == null) {
            return;
        }
        if (dot >= 0) {
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isRepeated()) {
                ObjectNode child = message.get(name) instanceof ObjectNode object ? object : message.putObject(name);
                put(child, field.getMessageType(), dottedName.substring(dot + 1), values);
            }
        } else if (field.isRepeated()) {
            ArrayNode array = message.putArray(name);
            values.forEach(array::add);
        } else {
            message.put(name, values.getLast());
        }
    }

    private void normalise(ObjectNode message, Descriptor type) {
        MessageLayout layout = MessageLayout.of(type);
        message.properties().removeIf(property -> property.getValue().isNull());
        for (Map.Entry<String, JsonNode> property : message.properties()) {
            FieldDescriptor field = layout.named(property.getKey());
            if (field != null) {
                property.setValue(normalised(property.getValue(), field));
            }
        }
        for (MessageLayout.Field field : layout.fields()) {
            String name = field.descriptor().getName();
            if (field.defaultFloat().isPresent()
                    && !message.has(name)
                    && !message.has(field.descriptor().getJsonName())) {
                message.put(name, field.defaultFloat().get());
            }
        }
    }

    private JsonNode normalised(JsonNode value, FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case MESSAGE -> {
                normaliseMessages(value, field);
                yield value;
            }
            case FLOAT, DOUBLE ->
                value.isBoolean() ? mapper.getNodeFactory().numberNode(value.booleanValue() ? 1.0 : 0.0) : value;
            default -> value;
        };
    }

    private void normaliseMessages(JsonNode value, FieldDescriptor field) {
        if (field.isMapField()) {
            FieldDescriptor entryValue = field.getMessageType().findFieldByName(WRAPPED);
            if (value instanceof ObjectNode object && entryValue.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                object.forEach(item -> normaliseMessages(item, entryValue));
            }
            return;
        }
        if (WELL_KNOWN.contains(field.getMessageType().getFullName())) {
            return;
        }
        if (value instanceof ObjectNode object) {
            normalise(object, field.getMessageType());
        } else if (value instanceof ArrayNode array) {
            array.forEach(item -> normaliseMessages(item, field));
        }
    }

    /** An answer as a tree. */
    ObjectNode tree(MessageOrBuilder message) {
        ObjectNode object = mapper.createObjectNode();
        for (MessageLayout.Field laidOut :
                MessageLayout.of(message.getDescriptorForType()).fields()) {
            FieldDescriptor field = laidOut.descriptor();
            if (field.isMapField()) {
                if (message.getRepeatedFieldCount(field) > 0 || laidOut.shownIfEmpty()) {
                    object.set(field.getName(), map(message, field));
                }
            } else if (field.isRepeated()) {
                int count = message.getRepeatedFieldCount(field);
                if (count > 0 || laidOut.shownIfEmpty()) {
                    ArrayNode array = object.putArray(field.getName());
                    for (int i = 0; i < count; i++) {
                        array.add(value(field, message.getRepeatedField(field, i)));
                    }
                }
            } else if (isShown(message, laidOut)) {
                object.set(field.getName(), value(field, message.getField(field)));
            }
        }
        return object;
    }

    /** In the order of the keys, for a map of protobuf has none. */
    private ObjectNode map(MessageOrBuilder message, FieldDescriptor field) {
        FieldDescriptor key = field.getMessageType().findFieldByName("key");
        FieldDescriptor value = field.getMessageType().findFieldByName(WRAPPED);
        TreeMap<String, JsonNode> sorted = new TreeMap<>();
        for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
            Message entry = (Message) message.getRepeatedField(field, i);
            sorted.put(String.valueOf(entry.getField(key)), value(value, entry.getField(value)));
        }
        ObjectNode object = mapper.createObjectNode();
        object.setAll(sorted);
        return object;
    }

    private static boolean isShown(MessageOrBuilder message, MessageLayout.Field laidOut) {
        FieldDescriptor field = laidOut.descriptor();
        if (field.hasPresence()) {
            return message.hasField(field);
        }
        return laidOut.shownIfEmpty() || !message.getField(field).equals(field.getDefaultValue());
    }

    private JsonNode value(FieldDescriptor field, Object value) {
        return switch (field.getJavaType()) {
            case BOOLEAN -> mapper.getNodeFactory().booleanNode((Boolean) value);
            case INT -> mapper.getNodeFactory().numberNode((Integer) value);
            // As protobuf's own JSON does: not every reader of JSON has 64-bit integers.
            case LONG ->
                mapper.getNodeFactory()
                        .textNode(
                                field.getType() == FieldDescriptor.Type.UINT64
                                        ? Long.toUnsignedString((Long) value)
                                        : Long.toString((Long) value));
            case FLOAT -> mapper.getNodeFactory().numberNode((Float) value);
            case DOUBLE -> mapper.getNodeFactory().numberNode((Double) value);
            case STRING -> mapper.getNodeFactory().textNode((String) value);
            case BYTE_STRING ->
                mapper.getNodeFactory()
                        .textNode(Base64.getEncoder().encodeToString(((ByteString) value).toByteArray()));
            case ENUM -> mapper.getNodeFactory().numberNode(((EnumValueDescriptor) value).getNumber());
            case MESSAGE ->
                WELL_KNOWN.contains(field.getMessageType().getFullName())
                        ? wellKnown((Message) value)
                        : tree((Message) value);
        };
    }

    private JsonNode wellKnown(Message message) {
        return switch (message) {
            case Struct struct -> {
                ObjectNode object = mapper.createObjectNode();
                struct.getFieldsMap().forEach((name, value) -> object.set(name, plain(value)));
                yield object;
            }
            case Value value -> plain(value);
            case ListValue list -> plain(list);
            case Timestamp at -> mapper.getNodeFactory().textNode(Timestamps.toString(at));
            case Duration span -> mapper.getNodeFactory().textNode(Durations.toString(span));
            default -> {
                FieldDescriptor wrapped = message.getDescriptorForType().findFieldByName(WRAPPED);
                yield value(wrapped, message.getField(wrapped));
            }
        };
    }

    private JsonNode plain(Value value) {
        return switch (value.getKindCase()) {
            // Clients that build a value of no kind mean nothing by it.
            case NULL_VALUE, KIND_NOT_SET -> mapper.nullNode();
            case NUMBER_VALUE -> mapper.getNodeFactory().numberNode(value.getNumberValue());
            case STRING_VALUE -> mapper.getNodeFactory().textNode(value.getStringValue());
            case BOOL_VALUE -> mapper.getNodeFactory().booleanNode(value.getBoolValue());
            case STRUCT_VALUE -> wellKnown(value.getStructValue());
            case LIST_VALUE -> plain(value.getListValue());
        };
    }

    private ArrayNode plain(ListValue list) {
        ArrayNode array = mapper.createArrayNode();
        list.getValuesList().forEach(value -> array.add(plain(value)));
        return array;
    }
}
