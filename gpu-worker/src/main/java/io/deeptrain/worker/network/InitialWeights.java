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
     *     nothing
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
        hide(state, network.concepts(), unseen);
        return state;
    }

    /** The head is last: its weight has a row for each concept, its bias a number. */
    private static void hide(List<Tensor> state, int concepts, Set<Integer> unseen) {
        float[] weight = state.get(state.size() - 2).values();
        float[] bias = state.getLast().values();
        int features = weight.length / concepts;
        for (int concept : unseen) {
            Arrays.fill(weight, concept * features, (concept + 1) * features, 0);
            bias[concept] = NEVER;
        }
    }
}
