package io.deeptrain.worker.onnx;

import io.deeptrain.worker.network.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Numbers that an ONNX graph holds: an initializer, in the standard's words. */
sealed interface Constant {
    int DIMENSIONS = 1;
    int TYPE = 2;
    int NAME = 8;
    int RAW_BYTES = 9;
    int REAL = 1;
    int WHOLE = 7;

    String name();

    List<Integer> shape();

    /** The standard's number for the kind of numbers. */
    int type();

    /** How many bytes the numbers take, little-endian. */
    long size();

    byte[] bytes();

    /** All but the numbers; what follows are {@link #size()} bytes. */
    default Message beginning() {
        return new Message()
                .numbers(DIMENSIONS, shape())
                .number(TYPE, type())
                .text(NAME, name())
                .beginning(RAW_BYTES, size());
    }

    /** Numbers of 32 bits, as a network's weights are. */
    record Reals(Tensor tensor) implements Constant {
        static Reals of(String name, List<Integer> shape, float... values) {
            return new Reals(new Tensor(name, shape, values));
        }

        @Override
        public String name() {
            return tensor.name();
        }

        @Override
        public List<Integer> shape() {
            return tensor.shape();
        }

        @Override
        public int type() {
            return REAL;
        }

        @Override
        public long size() {
            return (long) tensor.values().length * Float.BYTES;
        }

        @Override
        public byte[] bytes() {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size())).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(tensor.values());
            return bytes.array();
        }
    }

    /** A list of whole numbers, as some operators take their settings. */
    record Wholes(String name, List<Integer> values) implements Constant {
        public Wholes {
            values = List.copyOf(values);
        }

        @Override
        public List<Integer> shape() {
            return List.of(values.size());
        }

        @Override
        public int type() {
            return WHOLE;
        }

        @Override
        public long size() {
            return (long) values.size() * Long.BYTES;
        }

        @Override
        public byte[] bytes() {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size())).order(ByteOrder.LITTLE_ENDIAN);
            values.forEach(value -> bytes.putLong(value));
            return bytes.array();
        }
    }
}
