package io.deeptrain.worker.adapter.objects;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.CorruptObjectException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The safetensors format: eight bytes with the length of a JSON header, the header, the numbers. It holds nothing that
 * runs, so a file from a stranger can at worst be wrong. Of its element types only {@code F32} is written and read;
 * weights from elsewhere may also be {@code F16} and {@code BF16}, and what is none of these is left out.
 */
final class Safetensors {
    static final int HEADER_BYTES_MAX = 8 << 20;
    private static final int DIMENSIONS_MAX = 8;
    private static final String METADATA = "__metadata__";
    private static final String TYPE = "F32";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** A file's tensors in the order of their numbers, and its texts by name. */
    record Content(Map<String, String> metadata, List<Tensor> tensors) {}

    private Safetensors() {}

    static InputStream write(Content content) {
        ObjectNode header = MAPPER.createObjectNode();
        ObjectNode metadata = header.putObject(METADATA);
        content.metadata().forEach(metadata::put);
        long offset = 0;
        for (Tensor tensor : content.tensors()) {
            long end = offset + (long) tensor.values().length * Float.BYTES;
            ObjectNode entry = header.putObject(tensor.name());
            entry.put("dtype", TYPE);
            tensor.shape().forEach(entry.putArray("shape")::add);
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = bytes(header);
        InputStream length = new ByteArrayInputStream(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .array());
        List<InputStream> parts = List.of(length, new ByteArrayInputStream(json), numbers(content.tensors()));
        return new SequenceInputStream(Collections.enumeration(parts));
    }

    /** One tensor's bytes at a time are in memory. */
    private static InputStream numbers(List<Tensor> tensors) {
        return new SequenceInputStream(Collections.enumeration(new AbstractList<InputStream>() {
            @Override
            public InputStream get(int index) {
                float[] values = tensors.get(index).values();
                ByteBuffer numbers =
                        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                numbers.asFloatBuffer().put(values);
                return new ByteArrayInputStream(numbers.array());
            }

            @Override
            public int size() {
                return tensors.size();
            }
        }));
    }

    private static byte[] bytes(ObjectNode header) {
        try {
            return MAPPER.writeValueAsBytes(header);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of texts and numbers is always JSON", impossible);
        }
    }

    static Content read(byte[] file) throws CorruptObjectException {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        byte[] json = headerBytes(file, bytes);
        ByteBuffer numbers = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        Map<String, String> metadata = new TreeMap<>();
        List<Tensor> tensors = new ArrayList<>();
        long end = 0;
        for (Map.Entry<String, JsonNode> field : header(json).properties()) {
            if (field.getKey().equals(METADATA)) {
                field.getValue()
                        .properties()
                        .forEach(text ->
                                metadata.put(text.getKey(), text.getValue().asText()));
            } else {
                Tensor tensor = tensor(field.getKey(), field.getValue(), end, numbers);
                tensors.add(tensor);
                end += (long) tensor.values().length * Float.BYTES;
            }
        }
        if (end != numbers.capacity()) {
            throw new CorruptObjectException("tensors take %d of %d bytes".formatted(end, numbers.capacity()));
        }
        return new Content(metadata, tensors);
    }

    /** Leaves the buffer where the numbers begin. */
    private static byte[] headerBytes(byte[] file, ByteBuffer bytes) throws CorruptObjectException {
        if (file.length < Long.BYTES) {
            throw new CorruptObjectException("no safetensors file: %d bytes".formatted(file.length));
        }
        long headerBytes = bytes.getLong();
        if (headerBytes < 2 || headerBytes > HEADER_BYTES_MAX || headerBytes > bytes.remaining()) {
            throw new CorruptObjectException("header of %d bytes in a file of %d, at most %d are taken"
                    .formatted(headerBytes, file.length, HEADER_BYTES_MAX));
        }
        byte[] json = new byte[(int) headerBytes];
        bytes.get(json);
        return json;
    }

    /**
     * The tensors of numbers in a file that others wrote, in any order, as {@code F32}. Whole numbers, as counts of
     * batches, are left out.
     */
    static List<Tensor> readWeights(byte[] file) throws CorruptObjectException {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        JsonNode header = header(headerBytes(file, bytes));
        ByteBuffer numbers = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        List<Tensor> tensors = new ArrayList<>();
        long values = 0;
        for (Map.Entry<String, JsonNode> field : header.properties()) {
            if (!field.getKey().equals(METADATA)) {
                Optional<Tensor> tensor = weights(field.getKey(), field.getValue(), numbers);
                values += tensor.map(known -> known.values().length).orElse(0);
                // A tensor has two bytes a number or more, so that only overlapping ones hold more.
                if (values * Short.BYTES > numbers.capacity()) {
                    throw new CorruptObjectException("tensors overlap, the first of them " + field.getKey());
                }
                tensor.ifPresent(tensors::add);
            }
        }
        return tensors;
    }

    private static Optional<Tensor> weights(String name, JsonNode entry, ByteBuffer numbers)
            throws CorruptObjectException {
        String type = entry.path("dtype").asText();
        int width = switch (type) {
            case TYPE -> Float.BYTES;
            case "F16", "BF16" -> Short.BYTES;
            default -> 0;
        };
        if (width == 0) {
            return Optional.empty();
        }
        List<Integer> shape = shape(name, entry.path("shape"));
        long size = size(shape);
        long begin = entry.path("data_offsets").path(0).asLong(-1);
        long end = entry.path("data_offsets").path(1).asLong(-1);
        if (begin < 0 || end > numbers.capacity() || end - begin != size * width) {
            throw new CorruptObjectException("tensor %s of shape %s cannot lie at %s of %d bytes"
                    .formatted(name, shape, entry.path("data_offsets"), numbers.capacity()));
        }
        float[] values = new float[(int) size];
        for (int i = 0; i < values.length; i++) {
            int at = (int) begin + i * width;
            values[i] = switch (type) {
                case "F16" -> Float.float16ToFloat(numbers.getShort(at));
                case "BF16" -> Float.intBitsToFloat(numbers.getShort(at) << Short.SIZE);
                default -> numbers.getFloat(at);
            };
        }
        return Optional.of(new Tensor(name, shape, values));
    }

    private static JsonNode header(byte[] json) throws CorruptObjectException {
        try {
            JsonNode header = MAPPER.readTree(json);
            if (!header.isObject()) {
                throw new CorruptObjectException("header is no JSON object");
            }
            return header;
        } catch (IOException broken) {
            throw new CorruptObjectException("header is not JSON", broken);
        }
    }

    /** Tensors must follow each other without gap or overlap. */
    private static Tensor tensor(String name, JsonNode entry, long begin, ByteBuffer numbers)
            throws CorruptObjectException {
        JsonNode offsets = entry.path("data_offsets");
        if (!TYPE.equals(entry.path("dtype").asText())) {
            throw new CorruptObjectException("tensor %s is not of type %s".formatted(name, TYPE));
        }
        List<Integer> shape = shape(name, entry.path("shape"));
        long size = size(shape);
        long end = begin + size * Float.BYTES;
        if (offsets.path(0).asLong(-1) != begin || offsets.path(1).asLong(-1) != end || end > numbers.capacity()) {
            throw new CorruptObjectException("tensor %s of shape %s cannot lie at %s of %d bytes"
                    .formatted(name, shape, offsets, numbers.capacity()));
        }
        float[] values = new float[(int) size];
        numbers.slice((int) begin, (int) (end - begin))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return new Tensor(name, shape, values);
    }

    private static List<Integer> shape(String name, JsonNode extents) throws CorruptObjectException {
        if (extents.size() > DIMENSIONS_MAX) {
            throw new CorruptObjectException(
                    "tensor %s has %d dimensions, more than %d".formatted(name, extents.size(), DIMENSIONS_MAX));
        }
        List<Integer> shape = new ArrayList<>();
        for (JsonNode extent : extents) {
            if (!extent.canConvertToInt() || extent.asInt() < 1) {
                throw new CorruptObjectException("tensor %s has the shape %s".formatted(name, extents));
            }
            shape.add(extent.asInt());
        }
        return shape;
    }

    private static long size(List<Integer> shape) {
        long size = 1;
        for (int extent : shape) {
            size = Math.min(size * extent, Integer.MAX_VALUE);
        }
        return size;
    }
}
