package io.deeptrain.worker.network;

import io.deeptrain.worker.network.Layer.Add;
import io.deeptrain.worker.network.Layer.BatchNorm;
import io.deeptrain.worker.network.Layer.Convolution;
import io.deeptrain.worker.network.Layer.GlobalAverage;
import io.deeptrain.worker.network.Layer.Linear;
import io.deeptrain.worker.network.Layer.Relu;
import io.deeptrain.worker.network.TensorSpec.Role;
import io.deeptrain.worker.network.TensorSpec.Start;
import java.util.ArrayList;
import java.util.List;

/**
 * A classifier as a list of layers. The last layer's value is one logit for each concept.
 *
 * @param architecture names the recipe that the layers came from, as in {@code cifar-resnet-20}
 */
public record Network(String architecture, List<Layer> layers) {
    /** Added to a variance before its root is taken. */
    public static final double BATCH_NORM_EPSILON = 1e-5;

    /** The share of a batch's statistics in the running ones. */
    public static final double BATCH_NORM_MOMENTUM = 0.1;

    private static final double HE_GAIN = 2;
    private static final double LINEAR_GAIN = 1;

    public Network {
        layers = List.copyOf(layers);
    }

    /** The state's tensors in their fixed order. */
    public List<TensorSpec> tensors() {
        List<TensorSpec> tensors = new ArrayList<>();
        for (int n = 0; n < layers.size(); n++) {
            tensors.addAll(tensorsOf(n));
        }
        return tensors;
    }

    /** The tensors of layer {@code n}: the weight first, then what goes with it. */
    public List<TensorSpec> tensorsOf(int n) {
        String prefix = "layer" + n + "_";
        return switch (layers.get(n)) {
            case Convolution(var _, int in, int out, int kernel, var _, var _) ->
                List.of(new TensorSpec(
                        prefix + "weight",
                        List.of(out, in, kernel, kernel),
                        Role.PARAMETER,
                        new Start.Normal(HE_GAIN, in * kernel * kernel)));
            case BatchNorm(var _, int channels) ->
                List.of(
                        vector(prefix + "gamma", channels, Role.PARAMETER, 1),
                        vector(prefix + "beta", channels, Role.PARAMETER, 0),
                        vector(prefix + "running_mean", channels, Role.BUFFER, 0),
                        vector(prefix + "running_variance", channels, Role.BUFFER, 1));
            case Linear(var _, int in, int out) ->
                List.of(
                        new TensorSpec(
                                prefix + "weight", List.of(out, in), Role.PARAMETER, new Start.Normal(LINEAR_GAIN, in)),
                        vector(prefix + "bias", out, Role.PARAMETER, 0));
            case Relu _ -> List.of();
            case Add _ -> List.of();
            case GlobalAverage _ -> List.of();
        };
    }

    private static TensorSpec vector(String name, int length, Role role, float start) {
        return new TensorSpec(name, List.of(length), role, new Start.Constant(start));
    }

    /** Whether these are this network's tensors, by name, shape and order. */
    public boolean fits(List<Tensor> state) {
        return fits(state, tensors());
    }

    /** Whether a learner of this network can go on from there. */
    public boolean fits(LearnerState state) {
        return fits(state.network())
                && fits(
                        state.momentum(),
                        tensors().stream()
                                .filter(spec -> spec.role() == Role.PARAMETER)
                                .toList());
    }

    private static boolean fits(List<Tensor> tensors, List<TensorSpec> specs) {
        if (tensors.size() != specs.size()) {
            return false;
        }
        for (int n = 0; n < specs.size(); n++) {
            if (!tensors.get(n).name().equals(specs.get(n).name())
                    || !tensors.get(n).shape().equals(specs.get(n).shape())) {
                return false;
            }
        }
        return true;
    }

    public int concepts() {
        if (layers.getLast() instanceof Linear head) {
            return head.outFeatures();
        }
        throw new IllegalStateException("network ends without logits: " + layers.getLast());
    }
}
