package io.deeptrain.worker.adapter.djl;

import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Objective;

/** Losses as TorchScript statements, from {@code outputs} and {@code targets} to the answer. */
final class LossScript {
    private LossScript() {}

    static String of(Network network, Objective objective) {
        return switch (objective) {
            case Objective.Classification(Activation activation) -> ofClassifier(network, activation);
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
}
