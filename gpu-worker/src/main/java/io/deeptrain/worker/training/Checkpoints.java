package io.deeptrain.worker.training;

import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.network.TensorSpec.Role;
import io.deeptrain.worker.port.Learner.LearnerState;
import java.util.List;

/** Whether stored tensors are those of a network. */
public final class Checkpoints {
    private Checkpoints() {}

    static boolean fits(LearnerState state, Network network) {
        return fits(state.network(), network.tensors())
                && fits(
                        state.momentum(),
                        network.tensors().stream()
                                .filter(spec -> spec.role() == Role.PARAMETER)
                                .toList());
    }

    /** Names, shapes and order must be the same. */
    public static boolean fits(List<Tensor> tensors, List<TensorSpec> specs) {
        if (tensors.size() != specs.size()) {
            return false;
        }
        for (int n = 0; n < specs.size(); n++) {
            TensorSpec spec = specs.get(n);
            if (!tensors.get(n).name().equals(spec.name())
                    || !tensors.get(n).shape().equals(spec.shape())) {
                return false;
            }
        }
        return true;
    }
}
