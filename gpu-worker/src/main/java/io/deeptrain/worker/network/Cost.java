package io.deeptrain.worker.network;

import io.deeptrain.worker.network.Layer.Add;
import io.deeptrain.worker.network.Layer.AveragePool;
import io.deeptrain.worker.network.Layer.BatchNorm;
import io.deeptrain.worker.network.Layer.Concatenation;
import io.deeptrain.worker.network.Layer.Convolution;
import io.deeptrain.worker.network.Layer.DropPath;
import io.deeptrain.worker.network.Layer.Dropout;
import io.deeptrain.worker.network.Layer.GlobalAverage;
import io.deeptrain.worker.network.Layer.L2Normalize;
import io.deeptrain.worker.network.Layer.Linear;
import io.deeptrain.worker.network.Layer.MaxPool;
import io.deeptrain.worker.network.Layer.Multiply;
import io.deeptrain.worker.network.Layer.Relu;
import io.deeptrain.worker.network.Layer.Scale;
import io.deeptrain.worker.network.Layer.Sigmoid;
import io.deeptrain.worker.network.Layer.Upsample;
import io.deeptrain.worker.network.Network.Node;
import java.util.List;

/**
 * What a network takes.
 *
 * @param parameters numbers that are learned; running statistics are none
 * @param multiplyAdds of convolutions and linear layers, for one image forward. Literature calls them FLOPs or MACs.
 * @param activations numbers that all values hold, for one image
 */
public record Cost(long parameters, long multiplyAdds, long activations) {

    /** For square images. */
    public static Cost of(Network network, int imageSize) {
        List<ValueShape> shapes = Shapes.of(network, imageSize, imageSize);
        long multiplyAdds = 0;
        for (int n = 0; n < network.nodes().size(); n++) {
            multiplyAdds += multiplyAdds(network.nodes().get(n), shapes.get(n + 1));
        }
        return new Cost(
                network.parameters().stream().mapToLong(TensorSpec::size).sum(),
                multiplyAdds,
                shapes.stream().mapToLong(ValueShape::size).sum());
    }

    private static long multiplyAdds(Node node, ValueShape out) {
        return switch (node.layer()) {
            case Convolution(var _, int in, var _, Window window, int groups, var _, var _) ->
                out.size() * (in / groups) * window.rows() * window.columns();
            case Linear(var _, int in, var _, var _) -> out.size() * in;
            case BatchNorm _, Relu _, Sigmoid _, Add _, Multiply _, Concatenation _, MaxPool _, AveragePool _ -> 0;
            case GlobalAverage _, Upsample _, L2Normalize _, Scale _, Dropout _, DropPath _ -> 0;
        };
    }
}
