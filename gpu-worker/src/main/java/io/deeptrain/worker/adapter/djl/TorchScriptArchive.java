package io.deeptrain.worker.adapter.djl;

import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.network.TensorSpec.Role;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes what {@code torch.jit.load} reads: a zip of the class's text, a pickle that names its tensors, and their
 * numbers. Only ever written, here, for the engine in this process: nothing of the kind is read from outside.
 *
 * <p>The bytes are those of pickle protocol 2 (the opcodes are named beside their values) as PyTorch 1.4 and later
 * write them.
 */
final class TorchScriptArchive {
    private static final int PROTO = 0x80;
    private static final int NEWOBJ = 0x81;
    private static final int NEWTRUE = 0x88;
    private static final int NEWFALSE = 0x89;
    private static final int BYTE_MAX = 0xFF;
    private static final int SHORT_MAX = 0xFFFF;

    private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();

    private TorchScriptArchive() {}

    static void write(Path file, String source, Network network, List<Tensor> tensors) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "net/data.pkl", new TorchScriptArchive().module(network));
            put(zip, "net/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            for (int n = 0; n < tensors.size(); n++) {
                put(zip, "net/data/" + n, littleEndian(tensors.get(n).values()));
            }
            put(zip, "net/constants.pkl", new byte[] {(byte) PROTO, 2, ')', '.'});
            put(zip, "net/version", "3\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    private byte[] module(Network network) {
        Map<String, String> attributes = TorchScriptSource.attributes(network);
        List<TensorSpec> specs = network.tensors();
        opcodes(PROTO, 2);
        global("__torch__", TorchScriptSource.CLASS_NAME);
        opcodes(')', NEWOBJ, '}', '(');
        text("training");
        opcodes(NEWTRUE);
        text("_is_full_backward_hook");
        opcodes('N');
        for (int n = 0; n < specs.size(); n++) {
            text(Objects.requireNonNull(attributes.get(specs.get(n).name())));
            tensor(n, specs.get(n));
        }
        opcodes('u', 'b', '.');
        return pickle.toByteArray();
    }

    /** {@code _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)}. */
    private void tensor(int storage, TensorSpec spec) {
        global("torch._utils", "_rebuild_tensor_v2");
        opcodes('(', '(');
        text("storage");
        global("torch", "FloatStorage");
        text(Integer.toString(storage));
        text("cpu");
        number(spec.size());
        opcodes('t', 'Q');
        number(0);
        opcodes('(');
        spec.shape().forEach(this::number);
        opcodes('t', '(');
        int stride = spec.size();
        for (int extent : spec.shape()) {
            stride /= extent;
            number(stride);
        }
        opcodes('t', spec.role() == Role.PARAMETER ? NEWTRUE : NEWFALSE);
        global("collections", "OrderedDict");
        opcodes(')', 'R', 't', 'R');
    }

    private void opcodes(int... bytes) {
        for (int one : bytes) {
            pickle.write(one);
        }
    }

    private void global(String module, String name) {
        opcodes('c');
        pickle.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        opcodes('X');
        littleEndian(bytes.length, Integer.BYTES);
        pickle.writeBytes(bytes);
    }

    private void number(int value) {
        if (value <= BYTE_MAX) {
            opcodes('K', value);
        } else if (value <= SHORT_MAX) {
            opcodes('M');
            littleEndian(value, Short.BYTES);
        } else {
            opcodes('J');
            littleEndian(value, Integer.BYTES);
        }
    }

    private void littleEndian(int value, int bytes) {
        for (int shift = 0; shift < bytes * Byte.SIZE; shift += Byte.SIZE) {
            pickle.write(value >>> shift);
        }
    }

    private static byte[] littleEndian(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCompressedSize(bytes.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
