package io.deeptrain.api.adapter.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/**
 * Makes what nobody means to send: bodies that name the fields of a message and put anything into them or are no JSON
 * at all, and paths that lead nowhere.
 */
public final class AnythingSent {
    private static final int DEPTH_MAX = 6;
    private static final int NESTING_MAX = 200_000;

    private static final List<String> TEXTS = List.of(
            "",
            "x",
            "me",
            "-_8=",
            "+/8",
            "====",
            "A",
            "\u0000",
            "a\u0000b",
            "\ud800",
            "\udfff\ud800",
            "\uffff",
            "%00",
            "..",
            "NaN",
            "-Infinity",
            "1e999",
            "true",
            "2020-01-01T00:00:00Z",
            "0000-00-00T99:99:99Z",
            "2020-01-01T00:00:00.999999999999+99:99",
            "5400s",
            "-0.0000000001s",
            "99999999999999999999s",
            "classification_cifar10_v1",
            "merge",
            "http://127.0.0.1:1/x",
            "http://[::1",
            "file:///etc/passwd");

    private static final List<String> SEGMENTS = List.of(
            "users",
            "me",
            "apps",
            "models",
            "types",
            "versions",
            "inputs",
            "status_codes",
            "",
            ".",
            "..",
            "%",
            "%2",
            "%zz",
            "%2F",
            "%00",
            "%C3",
            "%ED%A0%80",
            "%F4%90%80%80",
            "%25%32%46",
            "a+b",
            "*",
            "{model_id}",
            "a;b=c",
            "ä",
            "x".repeat(300));

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Random random;

    public AnythingSent(Random random) {
        this.random = random;
    }

    /** A body for a request of this type. */
    public byte[] of(Descriptor type) {
        if (random.nextInt(50) == 0) {
            return nested();
        }
        byte[] body = bytes(object(type, 0));
        int mutations = Math.max(0, random.nextInt(6) - 2);
        for (int i = 0; i < mutations; i++) {
            body = mutated(body);
        }
        return body;
    }

    /** The bytes with something done to them. */
    public byte[] mutated(byte[] bytes) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt(256)};
        }
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        int at = random.nextInt(bytes.length);
        int until = Math.min(bytes.length, at + 1 + random.nextInt(20));
        changed.write(bytes, 0, at);
        switch (random.nextInt(4)) {
            case 0 -> {} // The rest is cut off.
            case 1 -> { // A piece is left out.
                changed.write(bytes, until, bytes.length - until);
            }
            case 2 -> { // A piece is there twice.
                changed.write(bytes, at, until - at);
                changed.write(bytes, at, bytes.length - at);
            }
            default -> { // A byte is another one.
                changed.write(random.nextInt(256));
                changed.write(bytes, at + 1, bytes.length - at - 1);
            }
        }
        return changed.toByteArray();
    }

    /** What may come behind {@code /v2}. */
    public String path() {
        StringBuilder path = new StringBuilder();
        int count = random.nextInt(9);
        for (int i = 0; i < count; i++) {
            path.append('/').append(SEGMENTS.get(random.nextInt(SEGMENTS.size())));
        }
        return path.toString();
    }

    public String text() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    private byte[] nested() {
        String piece = random.nextBoolean() ? "[" : "{\"user_app_id\":";
        return piece.repeat(1 + random.nextInt(NESTING_MAX)).getBytes(StandardCharsets.US_ASCII);
    }

    private ObjectNode object(Descriptor type, int depth) {
        ObjectNode object = MAPPER.createObjectNode();
        for (FieldDescriptor field : type.getFields()) {
            if (random.nextInt(3) > 0 && depth < DEPTH_MAX) {
                object.set(random.nextInt(5) == 0 ? field.getJsonName() : field.getName(), value(field, depth));
            }
        }
        if (random.nextInt(10) == 0) {
            object.set(text(), anything(0));
        }
        return object;
    }

    private JsonNode value(FieldDescriptor field, int depth) {
        if (random.nextInt(8) == 0) {
            return anything(0);
        }
        JsonNode value = field.getJavaType() == JavaType.MESSAGE ? object(field.getMessageType(), depth + 1) : scalar();
        if (!field.isRepeated()) {
            return value;
        }
        ArrayNode array = MAPPER.createArrayNode();
        int count = random.nextInt(3);
        for (int i = 0; i < count; i++) {
            array.add(value);
        }
        return array;
    }

    private JsonNode anything(int depth) {
        return switch (random.nextInt(depth < DEPTH_MAX ? 4 : 2)) {
            case 2 -> MAPPER.createArrayNode().add(anything(depth + 1)).add(anything(depth + 1));
            case 3 -> MAPPER.createObjectNode().set(text(), anything(depth + 1));
            default -> scalar();
        };
    }

    private JsonNode scalar() {
        return switch (random.nextInt(9)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt());
            case 3 -> NODES.numberNode(random.nextLong());
            case 4 -> NODES.numberNode(random.nextInt(4));
            case 5 -> NODES.numberNode(new BigDecimal(BigInteger.ONE, random.nextInt(4000) - 2000));
            default -> NODES.textNode(text());
        };
    }

    private static byte[] bytes(JsonNode tree) {
        try {
            return MAPPER.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of our own making cannot be written", e);
        }
    }
}
