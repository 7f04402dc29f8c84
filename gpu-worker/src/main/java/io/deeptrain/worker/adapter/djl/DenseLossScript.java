package io.deeptrain.worker.adapter.djl;

import io.deeptrain.worker.network.FeaturePyramid;
import io.deeptrain.worker.network.Layer.Convolution;
import io.deeptrain.worker.network.Network;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** What the losses of dense detectors have in common, as TorchScript. */
final class DenseLossScript {
    /** How much an example that is told well already loses of its weight: (1 - p) to the power of this. */
    private static final double FOCUS = 2;

    /** Weight of an object, one minus that of background: with focus, and without. */
    private static final double OBJECT_WEIGHT_FOCUSED = 0.25;

    private static final double OBJECT_WEIGHT = 0.75;

    private DenseLossScript() {}

    /**
     * All levels' maps as one value, images x places x numbers.
     *
     * @param output of a level
     */
    static String joined(Network network, UnaryOperator<String> output, int numbers) {
        return "torch.cat([%s], 1)"
                .formatted(FeaturePyramid.LEVELS.stream()
                        .map(level -> TorchScriptSource.indexOf(network, output.apply(level)))
                        .map(index ->
                                "torch.reshape(torch.permute(outputs[%d], [0, 2, 3, 1]), [torch.size(outputs[%d], 0), -1, %d])"
                                        .formatted(index, index, numbers))
                        .collect(Collectors.joining(", ")));
    }

    /**
     * The focal loss of Lin et al. 2017, or the balanced cross entropy that the paper compares with (its table 1b):
     * statements that make {@code telling}, its sum over all places, and {@code objects}, the places that are to find
     * something, and {@code count}, how many these are, but at least one.
     *
     * <p>They take {@code scores}, places x concepts, and {@code wanted}, the first number of which is 0 for
     * background, above 0 for a concept, and below 0 for what does not count.
     */
    static String telling(int concepts, boolean focused) {
        double objectWeight = focused ? OBJECT_WEIGHT_FOCUSED : OBJECT_WEIGHT;
        String weighed = focused
                ? "torch.mul(weights, torch.pow(torch.abs(torch.sub(truth, torch.sigmoid(scores))), %s))"
                        .formatted(FOCUS)
                : "weights";
        return """
                    label = torch.to(torch.select(wanted, 1, 0), 4)
                    truth = torch.to(torch.narrow(torch.one_hot(torch.clamp_min(label, 0), %d), 1, 1, %d), 6)
                    counted = torch.unsqueeze(torch.to(torch.ge(label, 0), 6), 1)
                    objects = torch.reshape(torch.nonzero(torch.gt(label, 0)), [-1])
                    count = torch.clamp_min(torch.sum(torch.to(torch.gt(label, 0), 6)), 1)
                    weights = torch.add(torch.mul(truth, %s), %s)
                    weighed = %s
                    entropy = torch.binary_cross_entropy_with_logits(scores, truth, None, None, 0)
                    telling = torch.sum(torch.mul(counted, torch.mul(weighed, entropy)))
                """.formatted(concepts + 1, concepts, 2 * objectWeight - 1, 1 - objectWeight, weighed);
    }

    /** How many numbers an output has at each pixel. */
    static int channels(Network network, String output) {
        int value = network.output(output);
        if (network.nodes().get(value - 1).layer() instanceof Convolution last) {
            return last.outChannels();
        }
        throw new IllegalStateException("%s of %s comes from %s"
                .formatted(output, network.architecture(), network.nodes().get(value - 1)));
    }
}
