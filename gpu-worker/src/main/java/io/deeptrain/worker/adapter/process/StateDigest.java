package io.deeptrain.worker.adapter.process;

import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.LossScale;
import io.deeptrain.worker.network.Tensor;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** SHA-256 of everything that a step of learning changes, bit for bit. */
final class StateDigest {
    static final int BYTES = 32;
    private static final int CHUNK = 1 << 14;

    private StateDigest() {}

    static byte[] of(LearnerState state) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
        for (List<Tensor> tensors : List.of(state.network(), state.optimizer())) {
            tensors.forEach(tensor -> add(tensor.values(), digest));
        }
        LossScale scale = state.lossScale();
        digest.update(ByteBuffer.allocate(Float.BYTES + Integer.BYTES + Long.BYTES)
                .putFloat(scale.factor())
                .putInt(scale.goodSteps())
                .putLong(scale.skippedSteps())
                .flip());
        return digest.digest();
    }

    private static void add(float[] values, MessageDigest digest) {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK * Float.BYTES);
        for (int from = 0; from < values.length; from += CHUNK) {
            int count = Math.min(CHUNK, values.length - from);
            chunk.clear().asFloatBuffer().put(values, from, count);
            digest.update(chunk.limit(count * Float.BYTES));
        }
    }
}
