package io.deeptrain.worker.adapter.process;

import io.deeptrain.worker.network.LossScale;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Share;
import io.deeptrain.worker.port.Learner.Step;
import io.deeptrain.worker.port.OtherRanks.Part;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** How batches and tensors look between processes of one machine: numbers in its byte order, lengths before them. */
final class Wire {
    private static final int CHUNK = 1 << 16;

    private Wire() {}

    static void writePart(DataOutputStream out, Part part) throws IOException {
        Step step = part.step();
        out.writeLong(step.number());
        out.writeDouble(step.learningRate());
        out.writeLong(step.chance());
        out.writeDouble(step.share().loss());
        out.writeDouble(step.share().images());
        Pixels pixels = part.batch().pixels();
        out.writeInt(pixels.images());
        out.writeInt(pixels.size());
        writeBytes(out, pixels.bytes().duplicate());
        writeFloats(out, part.batch().targets().duplicate());
    }

    static Part readPart(DataInputStream in) throws IOException {
        Step step =
                new Step(in.readLong(), in.readDouble(), in.readLong(), new Share(in.readDouble(), in.readDouble()));
        int images = in.readInt();
        int size = in.readInt();
        ByteBuffer pixels = readBytes(in);
        FloatBuffer targets = readBytes(in).order(ByteOrder.nativeOrder()).asFloatBuffer();
        return new Part(new Batch(new Pixels(pixels, images, size), targets), step);
    }

    static void writeTensors(DataOutputStream out, List<Tensor> tensors) throws IOException {
        out.writeInt(tensors.size());
        for (Tensor tensor : tensors) {
            writeFloats(out, FloatBuffer.wrap(tensor.values()));
        }
    }

    static List<float[]> readTensors(DataInputStream in) throws IOException {
        int count = in.readInt();
        List<float[]> tensors = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            FloatBuffer numbers = readBytes(in).order(ByteOrder.nativeOrder()).asFloatBuffer();
            float[] values = new float[numbers.remaining()];
            numbers.get(values);
            tensors.add(values);
        }
        return tensors;
    }

    static void writeLossScale(DataOutputStream out, LossScale scale) throws IOException {
        out.writeFloat(scale.factor());
        out.writeInt(scale.goodSteps());
        out.writeLong(scale.skippedSteps());
    }

    static LossScale readLossScale(DataInputStream in) throws IOException {
        return new LossScale(in.readFloat(), in.readInt(), in.readLong());
    }

    /** Tensors by the names and shapes that both sides know. */
    static List<Tensor> tensors(List<TensorSpec> specs, List<float[]> values) {
        if (specs.size() != values.size()) {
            throw new IllegalArgumentException(
                    "%d tensors were sent and there are %d".formatted(values.size(), specs.size()));
        }
        List<Tensor> tensors = new ArrayList<>();
        for (int n = 0; n < specs.size(); n++) {
            tensors.add(new Tensor(specs.get(n).name(), specs.get(n).shape(), values.get(n)));
        }
        return tensors;
    }

    private static void writeFloats(DataOutputStream out, FloatBuffer numbers) throws IOException {
        out.writeInt(Math.multiplyExact(numbers.remaining(), Float.BYTES));
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.nativeOrder());
        FloatBuffer view = chunk.asFloatBuffer();
        while (numbers.hasRemaining()) {
            int count = Math.min(numbers.remaining(), view.capacity());
            view.clear().put(numbers.slice(numbers.position(), count));
            numbers.position(numbers.position() + count);
            out.write(chunk.array(), 0, count * Float.BYTES);
        }
    }

    private static void writeBytes(DataOutputStream out, ByteBuffer bytes) throws IOException {
        out.writeInt(bytes.remaining());
        byte[] chunk = new byte[CHUNK];
        while (bytes.hasRemaining()) {
            int count = Math.min(bytes.remaining(), CHUNK);
            bytes.get(chunk, 0, count);
            out.write(chunk, 0, count);
        }
    }

    /** In memory of the system, where the engine reads it without a copy. */
    private static ByteBuffer readBytes(DataInputStream in) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(in.readInt());
        byte[] chunk = new byte[CHUNK];
        while (bytes.hasRemaining()) {
            int count = Math.min(bytes.remaining(), CHUNK);
            in.readFully(chunk, 0, count);
            bytes.put(chunk, 0, count);
        }
        return bytes.flip();
    }
}
