package io.deeptrain.worker.adapter.djl;

import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Layer;
import io.deeptrain.worker.network.Layer.Add;
import io.deeptrain.worker.network.Layer.BatchNorm;
import io.deeptrain.worker.network.Layer.Convolution;
import io.deeptrain.worker.network.Layer.GlobalAverage;
import io.deeptrain.worker.network.Layer.Linear;
import io.deeptrain.worker.network.Layer.Relu;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.network.TensorSpec.Role;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A network as the text of a TorchScript class, with the few operations that a learner needs in one call each.
 *
 * <p>{@code values} takes the mode as an argument because a script's own {@code training} flag can only be set for the
 * module as a whole, and predictions may be asked for while it learns.
 */
final class TorchScriptSource {
    static final String CLASS_NAME = "Net";

    /** Bytes become about zero-centred and of unit variance. */
    private static final String NORMALISED = "torch.div(torch.sub(torch.to(images, 6), 125.), 63.)";

    private TorchScriptSource() {}

    static String of(Network network, Activation activation) {
        List<TensorSpec> tensors = network.tensors();
        return """
                class %s(Module):
                  __parameters__ = [%s]
                  __buffers__ = [%s]
                %s  training : bool
                  _is_full_backward_hook : NoneType
                  def values(self: __torch__.Net, images: Tensor, train: bool) -> Tensor:
                    v0 = %s
                %s    return v%d
                  def forward(self: __torch__.Net, images: Tensor) -> Tensor:
                    return (self).values(images, False, )
                  def loss(self: __torch__.Net, images: Tensor, targets: Tensor) -> Tensor:
                    logits = (self).values(images, True, )
                    return %s
                  def state(self: __torch__.Net) -> List[Tensor]:
                    return [%s]
                  def restore(self: __torch__.Net, values: List[Tensor]) -> int:
                %s    return 0
                  def descend(self: __torch__.Net, parameters: List[Tensor], gradients: List[Tensor], momentum: List[Tensor], rate: float, decay: float, inertia: float) -> int:
                    torch._fused_sgd_(parameters, gradients, momentum, weight_decay=decay, momentum=inertia, lr=rate, dampening=0., nesterov=False, maximize=False, is_first_step=False)
                    torch._foreach_zero_(gradients)
                    return 0
                """.formatted(
                        CLASS_NAME,
                        names(tensors, Role.PARAMETER),
                        names(tensors, Role.BUFFER),
                        tensors.stream()
                                .map(tensor -> "  " + tensor.name() + " : Tensor\n")
                                .collect(Collectors.joining()),
                        NORMALISED,
                        statements(network),
                        network.layers().size(),
                        loss(activation),
                        attributes(tensors),
                        copies(tensors));
    }

    private static String names(List<TensorSpec> tensors, Role role) {
        return tensors.stream()
                .filter(tensor -> tensor.role() == role)
                .map(tensor -> '"' + tensor.name() + "\", ")
                .collect(Collectors.joining());
    }

    private static String attributes(List<TensorSpec> tensors) {
        return tensors.stream().map(tensor -> "self." + tensor.name()).collect(Collectors.joining(", "));
    }

    /** One by one: the compiler drops a copy into a list that nobody reads afterwards. */
    private static String copies(List<TensorSpec> tensors) {
        return IntStream.range(0, tensors.size())
                .mapToObj(n -> "    c%d = torch.copy_(self.%s, values[%d])%n"
                        .formatted(n, tensors.get(n).name(), n))
                .collect(Collectors.joining());
    }

    private static String statements(Network network) {
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < network.layers().size(); n++) {
            text.append("    v%d = %s%n".formatted(n + 1, expression(network, n)));
        }
        return text.toString();
    }

    private static String expression(Network network, int n) {
        List<String> own = network.tensorsOf(n).stream()
                .map(tensor -> "self." + tensor.name())
                .toList();
        Layer layer = network.layers().get(n);
        return switch (layer) {
            case Convolution(int source, var _, var _, var _, int stride, int padding) ->
                "torch.conv2d(v%d, %s, None, [%d, %d], [%d, %d], [1, 1], 1)"
                        .formatted(source, own.getFirst(), stride, stride, padding, padding);
            case BatchNorm(int source, var _) ->
                "torch.batch_norm(v%d, %s, train, %s, %s, True)"
                        .formatted(
                                source,
                                String.join(", ", own),
                                Network.BATCH_NORM_MOMENTUM,
                                Network.BATCH_NORM_EPSILON);
            case Relu(int source) -> "torch.relu(v%d)".formatted(source);
            case Add(int left, int right) -> "torch.add(v%d, v%d)".formatted(left, right);
            case GlobalAverage(int source) ->
                "torch.flatten(torch.adaptive_avg_pool2d(v%d, [1, 1]), 1)".formatted(source);
            case Linear(int source, var _, var _) ->
                "torch.linear(v%d, %s, %s)".formatted(source, own.getFirst(), own.getLast());
        };
    }

    private static String loss(Activation activation) {
        return switch (activation) {
            case SOFTMAX -> "torch.cross_entropy_loss(logits, targets, None, 1, -100, 0.)";
            case SIGMOID -> "torch.binary_cross_entropy_with_logits(logits, targets, None, None, 1)";
        };
    }
}
