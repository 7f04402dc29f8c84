package io.deeptrain.worker.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a network begins with if its backbone has learned before: the backbone's tensors are those that were learned, by
 * name, and the head's are as they were drawn, for it is to tell other things apart. What else was learned, as the head
 * of a thousand classes, is left alone.
 */
public sealed interface Pretraining {
    int NAMED_MAX = 5;

    /** The network's tensors in its order. */
    record Begun(List<Tensor> state) implements Pretraining {
        public Begun {
            state = List.copyOf(state);
        }
    }

    /** The weights are of another network, and how that shows. */
    record Unfit(String reason) implements Pretraining {}

    /**
     * Puts them together.
     *
     * @param drawn the network's tensors in its order
     */
    static Pretraining of(Network network, List<Tensor> drawn, List<Tensor> learned) {
        Map<String, Tensor> byName = new HashMap<>();
        learned.forEach(tensor -> byName.put(tensor.name(), tensor));
        List<Tensor> state = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<TensorSpec> specs = network.tensors();
        for (int n = 0; n < specs.size(); n++) {
            TensorSpec spec = specs.get(n);
            Tensor known = byName.get(spec.name());
            if (spec.part() instanceof Part.Head) {
                state.add(drawn.get(n));
            } else if (known == null) {
                missing.add(spec.name());
            } else if (!known.shape().equals(spec.shape())) {
                return new Unfit(
                        "%s has the shape %s but must have %s".formatted(spec.name(), known.shape(), spec.shape()));
            } else {
                state.add(known);
            }
        }
        return missing.isEmpty()
                ? new Begun(state)
                : new Unfit("%d of the backbone's tensors are missing, as %s"
                        .formatted(
                                missing.size(),
                                String.join(", ", missing.subList(0, Math.min(NAMED_MAX, missing.size())))));
    }
}
