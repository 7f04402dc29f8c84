package io.deeptrain.worker.learning;

import io.deeptrain.worker.network.Layer;
import io.deeptrain.worker.network.Layer.DropPath;
import io.deeptrain.worker.network.Layer.Dropout;
import io.deeptrain.worker.network.Layer.Relu;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Network.Node;
import io.deeptrain.worker.network.Shapes;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.network.TensorSpec.Role;
import io.deeptrain.worker.network.ValueShape;
import java.util.List;

/**
 * The least memory that a device needs to teach a network: what a step must hold at once, whatever the engine adds. So
 * a batch that does not fit by this rule does not fit, and one that does may still not.
 *
 * @param fixedBytes weights, their gradients, and what the optimizer keeps
 * @param bytesPerImage values that the gradient is computed from: all but those that are written over the value that
 *     they come from, and those that no learning layer comes before or reads
 */
public record MemoryNeed(long fixedBytes, long bytesPerImage) {

    /**
     * What a network needs.
     *
     * @param precision of the values; weights, gradients and the optimizer's numbers have 32 bits in any case
     * @param imageSize rows, and columns, of an image
     */
    public static MemoryNeed of(Network network, Recipe recipe, Precision precision, int imageSize) {
        long state = size(network.tensors());
        long learned = size(network.parameters().stream()
                .filter(tensor -> !recipe.freezes(tensor.part()))
                .toList());
        long kept = size(recipe.optimizer().tensors(network));
        return new MemoryNeed(
                (state + learned + kept) * Float.BYTES,
                valuesOfImage(network, recipe, imageSize) * precision.bytesOfValue());
    }

    private static long size(List<TensorSpec> tensors) {
        return tensors.stream().mapToLong(TensorSpec::size).sum();
    }

    private static long valuesOfImage(Network network, Recipe recipe, int imageSize) {
        List<ValueShape> shapes = Shapes.of(network, imageSize, imageSize);
        boolean[] hasGradient = new boolean[shapes.size()];
        boolean[] isLearnedFrom = new boolean[shapes.size()];
        for (int n = 0; n < network.nodes().size(); n++) {
            Node node = network.nodes().get(n);
            boolean learns = learns(node, recipe);
            hasGradient[n + 1] = learns;
            for (int source : node.layer().sources()) {
                hasGradient[n + 1] |= hasGradient[source];
                isLearnedFrom[source] |= learns;
            }
        }
        long values = 0;
        for (int value = 0; value < shapes.size(); value++) {
            boolean isKept = hasGradient[value]
                    ? !isWrittenOver(network.nodes().get(value - 1).layer())
                    : isLearnedFrom[value];
            values += isKept ? shapes.get(value).size() : 0;
        }
        return values;
    }

    private static boolean learns(Node node, Recipe recipe) {
        return Network.tensorsOf(node).stream()
                .anyMatch(tensor -> tensor.role() == Role.PARAMETER && !recipe.freezes(tensor.part()));
    }

    /** Whether its value takes the place of the one that it comes from. */
    private static boolean isWrittenOver(Layer layer) {
        return layer instanceof Relu || layer instanceof Dropout || layer instanceof DropPath;
    }

    /** For a batch of so many images. */
    public long bytes(int batchSize) {
        return fixedBytes + batchSize * bytesPerImage;
    }

    /** The largest batch for which so much may be enough; 0 if there is none. */
    public int batchSizeMax(long availableBytes) {
        return Math.clamp((availableBytes - fixedBytes) / bytesPerImage, 0, Integer.MAX_VALUE);
    }
}
