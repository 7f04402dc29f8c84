package io.deeptrain.worker.adapter.djl;

import io.deeptrain.worker.detection.DetectorSettings;
import io.deeptrain.worker.network.Layer.Convolution;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.RetinaNet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The loss of a detector, Lin et al. 2017, as TorchScript statements. Scores have the focal loss over all anchors that
 * are not ignored, boxes the smooth L1 loss of those that have an object; both are divided by how many those are.
 *
 * <p>Without the focal loss scores have the balanced cross entropy that the paper compares with (its table 1b).
 */
final class DetectionLossScript {
    /** How much an example that is told well already loses of its weight: (1 - p) to the power of this. */
    private static final double FOCUS = 2;

    /** Weight of an object, one minus that of background: with focus, and without. */
    private static final double OBJECT_WEIGHT_FOCUSED = 0.25;

    private static final double OBJECT_WEIGHT = 0.75;

    /** Up to here the smooth L1 loss is quadratic. */
    private static final double SMOOTH_BELOW = 1 / 9.0;

    private DetectionLossScript() {}

    static String of(Network network, DetectorSettings settings) {
        int concepts = concepts(network, settings);
        double objectWeight = settings.focalLoss() ? OBJECT_WEIGHT_FOCUSED : OBJECT_WEIGHT;
        String weighed = settings.focalLoss()
                ? "torch.mul(weights, torch.pow(torch.abs(torch.sub(truth, torch.sigmoid(scores))), %s))"
                        .formatted(FOCUS)
                : "weights";
        String rows = settings.perClassRegression()
                ? "torch.add(torch.mul(objects, %d), torch.sub(torch.index_select(label, 0, objects), 1))"
                        .formatted(concepts)
                : "objects";
        return """
                    scores = torch.reshape(%s, [-1, %d])
                    boxes = torch.reshape(%s, [-1, 4])
                    wanted = torch.reshape(targets, [-1, 5])
                    label = torch.to(torch.select(wanted, 1, 0), 4)
                    truth = torch.to(torch.narrow(torch.one_hot(torch.clamp_min(label, 0), %d), 1, 1, %d), 6)
                    counted = torch.unsqueeze(torch.to(torch.ge(label, 0), 6), 1)
                    objects = torch.reshape(torch.nonzero(torch.gt(label, 0)), [-1])
                    count = torch.clamp_min(torch.sum(torch.to(torch.gt(label, 0), 6)), 1)
                    weights = torch.add(torch.mul(truth, %s), %s)
                    weighed = %s
                    entropy = torch.binary_cross_entropy_with_logits(scores, truth, None, None, 0)
                    telling = torch.sum(torch.mul(counted, torch.mul(weighed, entropy)))
                    found = torch.index_select(boxes, 0, %s)
                    there = torch.narrow(torch.index_select(wanted, 0, objects), 1, 1, 4)
                    placing = torch.smooth_l1_loss(found, there, 2, %s)
                    return torch.div(torch.add(telling, placing), count)
                """.formatted(
                        joined(network, RetinaNet::classes, concepts),
                        concepts,
                        joined(network, RetinaNet::boxes, settings.regressors(concepts) * 4),
                        concepts + 1,
                        concepts,
                        2 * objectWeight - 1,
                        1 - objectWeight,
                        weighed,
                        rows,
                        SMOOTH_BELOW);
    }

    /** All levels' maps, an anchor after the other. */
    private static String joined(Network network, UnaryOperator<String> output, int numbers) {
        return "torch.cat([%s], 1)"
                .formatted(RetinaNet.LEVELS.stream()
                        .map(level -> TorchScriptSource.indexOf(network, output.apply(level)))
                        .map(index ->
                                "torch.reshape(torch.permute(outputs[%d], [0, 2, 3, 1]), [torch.size(outputs[%d], 0), -1, %d])"
                                        .formatted(index, index, numbers))
                        .collect(Collectors.joining(", ")));
    }

    private static int concepts(Network network, DetectorSettings settings) {
        int value = network.output(RetinaNet.classes(RetinaNet.LEVELS.getFirst()));
        if (network.nodes().get(value - 1).layer() instanceof Convolution scores) {
            return scores.outChannels() / settings.anchorsPerPixel();
        }
        throw new IllegalStateException("scores of %s come from %s"
                .formatted(network.architecture(), network.nodes().get(value - 1)));
    }
}
