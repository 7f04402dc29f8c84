package io.deeptrain.worker.adapter.djl;

import io.deeptrain.worker.detection.AnchorSettings;
import io.deeptrain.worker.network.FeaturePyramid;
import io.deeptrain.worker.network.Network;

/**
 * The loss of a detector with anchors, Lin et al. 2017, as TorchScript statements. Scores have the focal loss over all
 * anchors that are not ignored, boxes the smooth L1 loss of those that have an object; both are divided by how many
 * those are.
 */
final class AnchorLossScript {
    /** Up to here the smooth L1 loss is quadratic. */
    private static final double SMOOTH_BELOW = 1 / 9.0;

    private AnchorLossScript() {}

    static String of(Network network, AnchorSettings settings) {
        int concepts = concepts(network, settings);
        String rows = settings.perClassRegression()
                ? "torch.add(torch.mul(objects, %d), torch.sub(torch.index_select(label, 0, objects), 1))"
                        .formatted(concepts)
                : "objects";
        return """
                    scores = torch.reshape(%s, [-1, %d])
                    boxes = torch.reshape(%s, [-1, 4])
                    wanted = torch.reshape(targets, [-1, 5])
                %s    found = torch.index_select(boxes, 0, %s)
                    there = torch.narrow(torch.index_select(wanted, 0, objects), 1, 1, 4)
                    placing = torch.smooth_l1_loss(found, there, 2, %s)
                    return torch.div(torch.add(telling, placing), count)
                """.formatted(
                        DenseLossScript.joined(network, FeaturePyramid::classes, concepts),
                        concepts,
                        DenseLossScript.joined(network, FeaturePyramid::boxes, settings.regressors(concepts) * 4),
                        DenseLossScript.telling(concepts, settings.focalLoss()),
                        rows,
                        SMOOTH_BELOW);
    }

    private static int concepts(Network network, AnchorSettings settings) {
        return DenseLossScript.channels(network, FeaturePyramid.classes(FeaturePyramid.LEVELS.getFirst()))
                / settings.anchorsPerPixel();
    }
}
