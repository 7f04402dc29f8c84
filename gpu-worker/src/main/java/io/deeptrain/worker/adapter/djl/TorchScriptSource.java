package io.deeptrain.worker.adapter.djl;

import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Part;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.network.TensorSpec.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
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

    /** The engine's numbers of types; 32-bit floating-point numbers are 6. */
    private static final int FLOAT16 = 5;

    private static final int BFLOAT16 = 15;

    /** Bytes become about zero-centred and of unit variance. */
    private static final String NORMALISED =
            "torch.div(torch.sub(torch.to(images, 6), %s), %s)".formatted(Network.PIXEL_MEAN, Network.PIXEL_DEVIATION);

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

    /** A class that only answers. */
    static String predicting(Network network) {
        return values(network, _ -> false, Precision.FP32);
    }

    /** A class that answers and learns. */
    static String learning(Network network, Recipe recipe, Precision precision) {
        List<String> attributes = new ArrayList<>(attributes(network).values());
        return values(network, recipe::freezes, precision)
                + """
                  def loss(self: __torch__.Net, images: Tensor, targets: Tensor) -> Tensor:
                    outputs = (self).values(images, True, )
                %s  def state(self: __torch__.Net) -> List[Tensor]:
                    return [%s]
                  def restore(self: __torch__.Net, values: List[Tensor]) -> int:
                %s    return 0
                """.formatted(
                                LossScript.of(network, recipe.objective()),
                                attributes.stream().map(name -> "self." + name).collect(Collectors.joining(", ")),
                                copies(attributes))
                + OptimizerScript.methods()
                + ExchangeScript.methods(statistics(network, recipe));
    }

    /** Running statistics that a step changes. */
    private static List<String> statistics(Network network, Recipe recipe) {
        Map<String, String> attributes = attributes(network);
        return network.tensors().stream()
                .filter(tensor -> tensor.role() == Role.BUFFER && !recipe.freezes(tensor.part()))
                .map(tensor -> Objects.requireNonNull(attributes.get(tensor.name())))
                .toList();
    }

    private static String values(Network network, Predicate<Part> frozen, Precision precision) {
        Map<String, String> attributes = attributes(network);
        return """
                class %s(Module):
                  __parameters__ = [%s]
                  __buffers__ = [%s]
                %s  training : bool
                  _is_full_backward_hook : NoneType
                  def values(self: __torch__.Net, images: Tensor, train: bool) -> List[Tensor]:
                %s%s    return [%s]
                  def forward(self: __torch__.Net, images: Tensor) -> List[Tensor]:
                    return (self).values(images, False, )
                """.formatted(
                        CLASS_NAME,
                        names(network, attributes, Role.PARAMETER),
                        names(network, attributes, Role.BUFFER),
                        attributes.values().stream()
                                .map(name -> "  " + name + " : Tensor\n")
                                .collect(Collectors.joining()),
                        pixels(precision),
                        new LayerScript(network, attributes, frozen, precision).statements(),
                        network.outputs().values().stream()
                                .map(value -> exact("v" + value, precision))
                                .collect(Collectors.joining(", ")));
    }

    /** The image as the layers take it. In mixed precision {@code bits} is the type that they compute with. */
    private static String pixels(Precision precision) {
        return switch (precision) {
            case FP32 -> "    v0 = %s%n".formatted(NORMALISED);
            case BF16 -> mixedPixels(BFLOAT16);
            case FP16 -> mixedPixels(FLOAT16);
        };
    }

    private static String mixedPixels(int type) {
        return """
                    if train:
                      bits = %d
                    else:
                      bits = 6
                    v0 = torch.to(torch.contiguous(%s, memory_format=2), bits)
                """.formatted(type, NORMALISED);
    }

    /** A value in 32 bits. */
    static String exact(String value, Precision precision) {
        return switch (precision) {
            case FP32 -> value;
            case BF16, FP16 -> "torch.to(%s, 6)".formatted(value);
        };
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

    /** Which of the answered tensors has this name. */
    static int indexOf(Network network, String output) {
        return new ArrayList<>(network.outputs().values()).indexOf(network.output(output));
    }
}
