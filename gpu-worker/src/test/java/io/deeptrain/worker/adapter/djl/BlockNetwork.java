package io.deeptrain.worker.adapter.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import io.deeptrain.worker.network.Layer;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.network.TensorSpec.Role;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A network as a DJL block, computed operation by operation: the reference for what is written as TorchScript, and for
 * its speed.
 */
final class BlockNetwork extends AbstractBlock {
    private final Network network;
    private final List<Parameter> tensors = new ArrayList<>();

    BlockNetwork(Network network) {
        this.network = network;
        for (TensorSpec spec : network.tensors()) {
            tensors.add(addParameter(Parameter.builder()
                    .setName(spec.name())
                    .setType(spec.role() == Role.BUFFER ? Parameter.Type.RUNNING_MEAN : Parameter.Type.OTHER)
                    .optShape(shape(spec.shape()))
                    .optInitializer(Initializer.ZEROS)
                    .optRequiresGrad(spec.role() == Role.PARAMETER)
                    .build()));
        }
    }

    static Shape shape(List<Integer> extents) {
        return new Shape(extents.stream().mapToLong(Integer::longValue).toArray());
    }

    BlockNetwork initialized(NDManager manager, List<Tensor> state) {
        initialize(manager, DataType.FLOAT32, new Shape(1, 3, 32, 32));
        for (int n = 0; n < tensors.size(); n++) {
            tensors.get(n).getArray().set(FloatBuffer.wrap(state.get(n).values()));
        }
        return this;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store, NDList inputs, boolean training, PairList<String, Object> settings) {
        List<NDArray> values = new ArrayList<>();
        values.add(inputs.singletonOrThrow());
        int next = 0;
        for (int n = 0; n < network.layers().size(); n++) {
            int count = network.tensorsOf(n).size();
            List<NDArray> own = tensors.subList(next, next + count).stream()
                    .map(parameter ->
                            store.getValue(parameter, values.getFirst().getDevice(), training))
                    .toList();
            next += count;
            values.add(value(network.layers().get(n), values, own, training));
        }
        return new NDList(values.getLast());
    }

    private static NDArray value(Layer layer, List<NDArray> values, List<NDArray> own, boolean training) {
        return switch (layer) {
            case Layer.Convolution convolution ->
                Conv2d.conv2d(
                                values.get(convolution.source()),
                                own.getFirst(),
                                null,
                                new Shape(convolution.stride(), convolution.stride()),
                                new Shape(convolution.padding(), convolution.padding()),
                                new Shape(1, 1))
                        .singletonOrThrow();
            case Layer.BatchNorm norm -> {
                NDArray x = values.get(norm.source());
                yield x.getNDArrayInternal()
                        .batchNorm(
                                x,
                                own.get(2),
                                own.get(3),
                                own.get(0),
                                own.get(1),
                                -1,
                                (float) (1 - Network.BATCH_NORM_MOMENTUM),
                                (float) Network.BATCH_NORM_EPSILON,
                                training)
                        .singletonOrThrow();
            }
            case Layer.Relu(int source) ->
                values.get(source).getNDArrayInternal().relu();
            case Layer.Add(int left, int right) -> values.get(left).add(values.get(right));
            case Layer.GlobalAverage(int source) ->
                values.get(source).flatten(2, 3).mean(new int[] {2});
            case Layer.Linear linear ->
                values.get(linear.source()).matMul(own.get(0).transpose()).add(own.get(1));
        };
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), network.concepts())};
    }
}
