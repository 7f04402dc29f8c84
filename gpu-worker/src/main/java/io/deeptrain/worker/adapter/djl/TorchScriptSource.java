package io.deeptrain.worker.adapter.djl;

import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.network.TensorSpec.Role;
import io.deeptrain.worker.objective.Objective;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A network as the text of a TorchScript class, with the few operations that a learner needs in one call each.
 *
 * <p>{@code values} answers the network's outputs in their order. It takes the mode as an argument because a script's
 * own {@code training} flag can only be set for the module as a whole, and predictions may be asked for while it
 * learns.
 */
final class TorchScriptSource {
    static final String CLASS_NAME = "Net";

    /** Bytes become about zero-centred and of unit variance. */
    private static final String NORMALISED = "torch.div(torch.sub(torch.to(images, 6), 125.), 63.)";

    private TorchScriptSource() {}

    /**
     * What the script calls the network's tensors, in their order: a name there has neither dots nor a number first.
     */
    static Map<String, String> attributes(Network network) {
        List<TensorSpec> tensors = network.tensors();
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int n = 0; n < tensors.size(); n++) {
            String name = tensors.get(n).name();
            attributes.put(name, "t%d_%s".formatted(n, name.replaceAll("\\W", "_")));
        }
        return attributes;
    }

    static String of(Network network, Objective objective) {
        Map<String, String> attributes = attributes(network);
        List<String> all = new ArrayList<>(attributes.values());
        return """
                class %s(Module):
                  __parameters__ = [%s]
                  __buffers__ = [%s]
                %s  training : bool
                  _is_full_backward_hook : NoneType
                  def values(self: __torch__.Net, images: Tensor, train: bool) -> List[Tensor]:
                    v0 = %s
                %s    return [%s]
                  def forward(self: __torch__.Net, images: Tensor) -> List[Tensor]:
                    return (self).values(images, False, )
                  def loss(self: __torch__.Net, images: Tensor, targets: Tensor) -> Tensor:
                    outputs = (self).values(images, True, )
                %s  def state(self: __torch__.Net) -> List[Tensor]:
                    return [%s]
                  def restore(self: __torch__.Net, values: List[Tensor]) -> int:
                %s    return 0
                  def descend(self: __torch__.Net, parameters: List[Tensor], gradients: List[Tensor], momentum: List[Tensor], rate: float, decay: float, inertia: float) -> int:
                    torch._fused_sgd_(parameters, gradients, momentum, weight_decay=decay, momentum=inertia, lr=rate, dampening=0., nesterov=False, maximize=False, is_first_step=False)
                    torch._foreach_zero_(gradients)
                    return 0
                """.formatted(
                CLASS_NAME,
                names(network, attributes, Role.PARAMETER),
                names(network, attributes, Role.BUFFER),
                all.stream().map(name -> "  " + name + " : Tensor\n").collect(Collectors.joining()),
                NORMALISED,
                new LayerScript(network, attributes).statements(),
                network.outputs().values().stream().map(value -> "v" + value).collect(Collectors.joining(", ")),
                LossScript.of(network, objective),
                all.stream().map(name -> "self." + name).collect(Collectors.joining(", ")),
                copies(all));
    }

    /** Which of the answered tensors has this name. */
    static int indexOf(Network network, String output) {
        return new ArrayList<>(network.outputs().values()).indexOf(network.output(output));
    }

    private static String names(Network network, Map<String, String> attributes, Role role) {
        return network.tensors().stream()
                .filter(tensor -> tensor.role() == role)
                .map(tensor -> '"' + attributes.get(tensor.name()) + "\", ")
                .collect(Collectors.joining());
    }

    /** One by one: the compiler drops a copy into a list that nobody reads afterwards. */
    private static String copies(List<String> attributes) {
        return IntStream.range(0, attributes.size())
                .mapToObj(n -> "    c%d = torch.copy_(self.%s, values[%d])%n".formatted(n, attributes.get(n), n))
                .collect(Collectors.joining());
    }
}
