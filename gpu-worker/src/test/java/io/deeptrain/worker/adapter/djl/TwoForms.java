package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A network as a script and as a block, with the same weights, on the same images. */
final class TwoForms {
    private static final float TOLERANCE = 1e-4f;

    private TwoForms() {}

    /** Fails unless both answer the same numbers, in the shapes that are inferred for the image size. */
    static void requireAgreement(Network network, List<Tensor> state, int images, int size) throws Exception {
        new DjlLearners(1);
        try (NDManager manager = NDManager.newBaseManager(DjlLearners.ENGINE)) {
            NDArray bytes = manager.create(noise(images, size), new Shape(images, 3, size, size), DataType.UINT8);
            NDArray normalised = bytes.toType(DataType.FLOAT32, false).sub(125).div(63);
            BlockNetwork block = new BlockNetwork(network).initialized(manager, state);
            NDList expected = block.forward(new ParameterStore(manager, false), new NDList(normalised), false);
            assertThat(expected.getShapes()).isEqualTo(block.getOutputShapes(new Shape[] {normalised.getShape()}));
            NDList actual = scripted(network, state, bytes);
            assertThat(actual).hasSameSizeAs(expected);
            for (int output = 0; output < expected.size(); output++) {
                requireClose(actual.get(output), expected.get(output));
            }
        }
    }

    private static NDList scripted(Network network, List<Tensor> state, NDArray bytes) throws Exception {
        Path folder = Files.createTempDirectory("two-forms");
        try (Model model = Model.newInstance("net", DjlLearners.ENGINE)) {
            TorchScriptArchive.write(folder.resolve("net.pt"), TorchScriptSource.predicting(network), network, state);
            model.load(folder, "net", Map.of());
            NDList answer =
                    model.getBlock().forward(new ParameterStore(bytes.getManager(), false), new NDList(bytes), false);
            answer.attach(bytes.getManager());
            return answer;
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve("net.pt"));
        Files.delete(folder);
    }

    private static void requireClose(NDArray actual, NDArray expected) {
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        float[] ours = actual.toFloatArray();
        float[] theirs = expected.toFloatArray();
        float spread = 0;
        for (int n = 0; n < ours.length; n++) {
            assertThat(Math.abs(ours[n] - theirs[n])).isLessThan(TOLERANCE * Math.max(1, Math.abs(theirs[n])));
            spread = Math.max(spread, Math.abs(theirs[n] - theirs[0]));
        }
        assertThat(spread)
                .as("a network that answers the same for everything agrees with anything")
                .isPositive();
    }

    static ByteBuffer noise(int images, int size) {
        SplittableRandom random = new SplittableRandom(images * 31L + size);
        ByteBuffer bytes = ByteBuffer.allocateDirect(images * 3 * size * size);
        while (bytes.hasRemaining()) {
            bytes.put((byte) random.nextInt());
        }
        return bytes.flip();
    }
}
