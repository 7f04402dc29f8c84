package io.deeptrain.worker.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A protobuf message while it is written, field by field, as the encoding's public description has it: a key of field
 * number and wire type, then a number of seven bits a byte, four bytes, or a length and so many bytes.
 */
final class Message {
    private static final int VARINT = 0;
    private static final int LENGTH = 2;
    private static final int FOUR_BYTES = 5;
    private static final int TYPE_BITS = 3;
    private static final int GROUP_BITS = 7;
    private static final int GROUP_MASK = 0x7f;
    private static final int MORE = 0x80;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message number(int field, long value) {
        varint(key(field, VARINT));
        varint(value);
        return this;
    }

    /** A repeated field, one key for each number: readers take this form and the packed one alike. */
    Message numbers(int field, List<Integer> values) {
        values.forEach(value -> number(field, value));
        return this;
    }

    Message real(int field, float value) {
        varint(key(field, FOUR_BYTES));
        out.writeBytes(ByteBuffer.allocate(Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array());
        return this;
    }

    Message text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message texts(int field, List<String> values) {
        values.forEach(value -> text(field, value));
        return this;
    }

    Message message(int field, Message value) {
        return bytes(field, value.bytes());
    }

    Message bytes(int field, byte[] value) {
        beginning(field, value.length);
        out.writeBytes(value);
        return this;
    }

    /** The key and length of a field whose bytes are written elsewhere. */
    Message beginning(int field, long length) {
        varint(key(field, LENGTH));
        varint(length);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    private static long key(int field, int type) {
        return (long) field << TYPE_BITS | type;
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~(long) GROUP_MASK) != 0) {
            out.write((int) (rest & GROUP_MASK) | MORE);
            rest >>>= GROUP_BITS;
        }
        out.write((int) rest);
    }
}
