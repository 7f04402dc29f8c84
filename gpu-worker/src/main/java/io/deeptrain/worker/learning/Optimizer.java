package io.deeptrain.worker.learning;

import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/** How gradients become a step. */
public sealed interface Optimizer {

    /** What it keeps for each parameter from one step to the next: a name for each kind. */
    List<String> memories();

    /**
     * Stochastic gradient descent with momentum. Decay is added to the gradient of every parameter.
     *
     * @param momentum share of the last update that goes on into the next
     */
    record Momentum(double momentum, double weightDecay) implements Optimizer {
        @Override
        public List<String> memories() {
            return List.of("momentum");
        }
    }

    /**
     * Layer-wise adaptive moments, You et al. 2020, as Wightman et al. 2021 use it: biases and normalisations are
     * neither decayed nor adapted.
     */
    record Lamb(double weightDecay) implements Optimizer {
        /** Share of the mean of gradients that stays. */
        public static final double MEAN_STAYS = 0.9;

        /** Share of the mean of squared gradients that stays. */
        public static final double VARIANCE_STAYS = 0.999;

        /** Added to the root of the variance. */
        public static final double EPSILON = 1e-6;

        @Override
        public List<String> memories() {
            return List.of("mean", "variance");
        }
    }

    /** The tensors that it keeps for a network, in their order; all zeros before the first step. */
    default List<TensorSpec> tensors(Network network) {
        List<TensorSpec> tensors = new ArrayList<>();
        for (String memory : memories()) {
            for (TensorSpec parameter : network.parameters()) {
                tensors.add(new TensorSpec(
                        memory + "." + parameter.name(),
                        parameter.shape(),
                        TensorSpec.Role.BUFFER,
                        new TensorSpec.Start.Constant(0),
                        parameter.part()));
            }
        }
        return tensors;
    }

    /** Whether a learner of this network can go on from there. */
    default boolean fits(Network network, LearnerState state) {
        return network.fits(state.network()) && Network.fits(state.optimizer(), tensors(network));
    }
}
