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

    /** The bytes of one tensor are counted by an {@code int} where they are written. */
    private static final int VALUES_MAX = Integer.MAX_VALUE / Float.BYTES;

    private static final int CHUNK_BYTES = 1 << 16;
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

    /**
     * Reads tensor by tensor, so that little more is in memory than what is answered. Nothing is made for a number
     * before the header as a whole was found to fit.
     *
     * @param bytes of the file, of which some may be missing, but none beyond is read
     */
    static Content read(InputStream file, long bytes) throws IOException, CorruptObjectException {
        byte[] json = headerBytes(file, bytes);
        long numbers = bytes - Long.BYTES - json.length;
        Map<String, String> metadata = new TreeMap<>();
        List<Place> places = new ArrayList<>();
        long end = 0;
        for (Map.Entry<String, JsonNode> field : header(json).properties()) {
            if (field.getKey().equals(METADATA)) {
                field.getValue()
                        .properties()
                        .forEach(text ->
                                metadata.put(text.getKey(), text.getValue().asText()));
            } else {
                Place place = place(field.getKey(), field.getValue(), end, numbers);
                places.add(place);
                end += (long) place.size() * Float.BYTES;
            }
        }
        if (end != numbers) {
            throw new CorruptObjectException("tensors take %d of %d bytes".formatted(end, numbers));
        }
        List<Tensor> tensors = new ArrayList<>();
        for (Place place : places) {
            tensors.add(new Tensor(place.name(), place.shape(), floats(file, place)));
        }
        return new Content(metadata, tensors);
    }

    /** Leaves the stream where the numbers begin. */
    private static byte[] headerBytes(InputStream file, long bytes) throws IOException, CorruptObjectException {
        byte[] length = file.readNBytes(Long.BYTES);
        if (length.length < Long.BYTES) {
            throw new CorruptObjectException("no safetensors file: %d bytes".formatted(length.length));
        }
        long headerBytes =
                ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (headerBytes < 2 || headerBytes > HEADER_BYTES_MAX || headerBytes > bytes - Long.BYTES) {
            throw new CorruptObjectException("header of %d bytes in a file of %d, at most %d are taken"
                    .formatted(headerBytes, bytes, HEADER_BYTES_MAX));
        }
        byte[] json = file.readNBytes((int) headerBytes);
        if (json.length < headerBytes) {
            throw new CorruptObjectException(
                    "the file ends after %d of its header's %d bytes".formatted(json.length, headerBytes));
        }
        return json;
    }

    /**
     * The tensors of numbers in a file that others wrote, in any order, as {@code F32}. Whole numbers, as counts of
     * batches, are left out.
     */
    static List<Tensor> readWeights(byte[] file) throws IOException, CorruptObjectException {
        byte[] json = headerBytes(new ByteArrayInputStream(file), file.length);
        JsonNode header = header(json);
        ByteBuffer numbers =
                ByteBuffer.wrap(file).position(Long.BYTES + json.length).slice().order(ByteOrder.LITTLE_ENDIAN);
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
        int size = size(name, shape);
        long begin = entry.path("data_offsets").path(0).asLong(-1);
        long end = entry.path("data_offsets").path(1).asLong(-1);
        if (begin < 0 || end > numbers.capacity() || end - begin != (long) size * width) {
            throw new CorruptObjectException("tensor %s of shape %s cannot lie at %s of %d bytes"
                    .formatted(name, shape, entry.path("data_offsets"), numbers.capacity()));
        }
        float[] values = new float[size];
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

    /** What a header says of a tensor whose numbers come next. */
    private record Place(String name, List<Integer> shape, int size) {}

    /** Tensors must follow each other without gap or overlap. */
    private static Place place(String name, JsonNode entry, long begin, long numbers) throws CorruptObjectException {
        JsonNode offsets = entry.path("data_offsets");
        if (!TYPE.equals(entry.path("dtype").asText())) {
            throw new CorruptObjectException("tensor %s is not of type %s".formatted(name, TYPE));
        }
        List<Integer> shape = shape(name, entry.path("shape"));
        int size = size(name, shape);
        long end = begin + (long) size * Float.BYTES;
        if (offsets.path(0).asLong(-1) != begin || offsets.path(1).asLong(-1) != end || end > numbers) {
            throw new CorruptObjectException(
                    "tensor %s of shape %s cannot lie at %s of %d bytes".formatted(name, shape, offsets, numbers));
        }
        return new Place(name, shape, size);
    }

    private static float[] floats(InputStream file, Place place) throws IOException, CorruptObjectException {
        float[] values = new float[place.size()];
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int read = 0;
        while (read < values.length) {
            int count = Math.min(values.length - read, CHUNK_BYTES / Float.BYTES);
            if (file.readNBytes(chunk.array(), 0, count * Float.BYTES) < count * Float.BYTES) {
                throw new CorruptObjectException("the file ends within tensor " + place.name());
            }
            chunk.asFloatBuffer().get(values, read, count);
            read += count;
        }
        return values;
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

    private static int size(String name, List<Integer> shape) throws CorruptObjectException {
        long size = 1;
        for (int extent : shape) {
            size *= extent;
            if (size > VALUES_MAX) {
                throw new CorruptObjectException(
                        "tensor %s of shape %s has more than %d numbers".formatted(name, shape, VALUES_MAX));
            }
        }
        return (int) size;
    }
}
