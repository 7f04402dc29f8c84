package io.deeptrain.worker.network;

import io.deeptrain.worker.network.TensorSpec.Start;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** A network's state before its first step, the same for the same seed wherever it is computed. */
public final class InitialWeights {
    /** Far enough below every other logit that no activation function gives it a noticeable value. */
    private static final float NEVER = -20;

    private InitialWeights() {}

    /**
     * Draws them.
     *
     * @param unseen positions of concepts that no training image shows: they begin, and without evidence stay, at
     *     nothing. A detector learns from all background that they are nowhere.
     */
    public static List<Tensor> of(Network network, long seed, Set<Integer> unseen) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Tensor> state = new ArrayList<>();
        for (TensorSpec spec : network.tensors()) {
            float[] values = new float[spec.size()];
            switch (spec.start()) {
                case Start.Constant(float value) -> Arrays.fill(values, value);
                case Start.Normal(double gain, int fanIn) -> {
                    double deviation = Math.sqrt(gain / fanIn);
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) (random.nextGaussian() * deviation);
                    }
                }
            }
            state.add(new Tensor(spec.name(), spec.shape(), values));
        }
        if (!unseen.isEmpty() && network.outputs().containsKey(Network.LOGITS)) {
            hide(state, network, unseen);
        }
        return state;
    }

    private static void hide(List<Tensor> state, Network network, Set<Integer> unseen) {
        for (TensorSpec spec : Network.tensorsOf(network.classifier())) {
            float[] values = state.stream()
                    .filter(tensor -> tensor.name().equals(spec.name()))
                    .findFirst()
                    .orElseThrow()
                    .values();
            float never = spec.shape().size() == 1 ? NEVER : 0;
            int row = values.length / network.concepts();
            for (int concept : unseen) {
                Arrays.fill(values, concept * row, (concept + 1) * row, never);
            }
        }
    }
}
