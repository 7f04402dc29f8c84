package io.deeptrain.worker.adapter.djl;

import io.deeptrain.worker.detection.AnchorSettings;
import io.deeptrain.worker.detection.PointSettings;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Layer.L2Normalize;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Objective;

/** Losses as TorchScript statements, from {@code outputs} and {@code targets} to the answer. */
final class LossScript {
    /** The slope of an angle has no limit at 1. */
    private static final double COSINE_MAX = 1 - 1e-6;

    private LossScript() {}

    static String of(Network network, Objective objective) {
        return switch (objective) {
            case Objective.Classification(Activation activation) -> ofClassifier(network, activation);
            case Objective.Placement(Activation activation) -> ofClassifier(network, activation);
            case Objective.AngularMargin(double scale, double margin) -> angular(network, scale, margin);
            case Objective.ObjectDetection(AnchorSettings settings) -> AnchorLossScript.of(network, settings);
            case Objective.ObjectDetection(PointSettings _) -> PointLossScript.of(network);
        };
    }

    private static String ofClassifier(Network network, Activation activation) {
        String loss = switch (activation) {
            case SOFTMAX -> "torch.cross_entropy_loss(logits, targets, None, 1, -100, 0.)";
            case SIGMOID -> "torch.binary_cross_entropy_with_logits(logits, targets, None, None, 1)";
        };
        return "    logits = outputs[%d]%n    return %s%n"
                .formatted(TorchScriptSource.indexOf(network, Network.LOGITS), loss);
    }

    /**
     * The embedding has length 1, so a logit over the length of its concept's vector is a cosine. The margin is added
     * to the angle between the image and what it shows; beyond half a turn less the margin, where the cosine would grow
     * again, the image is pushed by a straight line instead, as in the authors' implementation.
     */
    private static String angular(Network network, double scale, double margin) {
        String prototypes = TorchScriptSource.attributes(network)
                .get(Network.tensorsOf(network.classifier()).getFirst().name());
        return """
                    lengths = torch.clamp_min(torch.norm(self.%s, 2, [1], False), %s)
                    cosines = torch.clamp(torch.div(outputs[%d], lengths), %s, %s)
                    sines = torch.sqrt(torch.rsub(torch.mul(cosines, cosines), 1.))
                    turned = torch.sub(torch.mul(cosines, %s), torch.mul(sines, %s))
                    straight = torch.sub(cosines, %s)
                    pushed = torch.where(torch.gt(cosines, %s), turned, straight)
                    logits = torch.mul(torch.where(torch.gt(targets, 0.), pushed, cosines), %s)
                    return torch.cross_entropy_loss(logits, targets, None, 1, -100, 0.)
                """.formatted(
                        prototypes,
                        L2Normalize.NORM_MIN,
                        TorchScriptSource.indexOf(network, Network.LOGITS),
                        -COSINE_MAX,
                        COSINE_MAX,
                        Math.cos(margin),
                        Math.sin(margin),
                        Math.sin(margin) * margin,
                        -Math.cos(margin),
                        scale);
    }
}
