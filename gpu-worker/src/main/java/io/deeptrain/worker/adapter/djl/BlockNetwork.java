package io.deeptrain.worker.adapter.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
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
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Network.Node;
import io.deeptrain.worker.network.Shapes;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.network.TensorSpec.Role;
import io.deeptrain.worker.network.ValueShape;
import io.deeptrain.worker.network.Window;
import io.deeptrain.worker.network.Window.Rounding;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A network as a DJL block, computed operation by operation. The reference for what is written as TorchScript and for
 * its speed, and the way out should an engine no longer take scripts. It answers the network's outputs in their order.
 */
final class BlockNetwork extends AbstractBlock {
    private static final int NEAREST = 0;

    private final Network network;
    private final Map<String, Parameter> parameterOfTensor = new LinkedHashMap<>();

    BlockNetwork(Network network) {
        this.network = network;
        for (TensorSpec spec : network.tensors()) {
            parameterOfTensor.put(
                    spec.name(),
                    addParameter(Parameter.builder()
                            .setName(spec.name())
                            .setType(spec.role() == Role.BUFFER ? Parameter.Type.RUNNING_MEAN : Parameter.Type.OTHER)
                            .optShape(shape(spec.shape()))
                            .optInitializer(Initializer.ZEROS)
                            .optRequiresGrad(spec.role() == Role.PARAMETER)
                            .build()));
        }
    }

    private static Shape shape(List<Integer> extents) {
        return new Shape(extents.stream().mapToLong(Integer::longValue).toArray());
    }

    /** With these weights. */
    BlockNetwork initialized(NDManager manager, List<Tensor> state) {
        initialize(manager, DataType.FLOAT32, new Shape(1, 3, 1, 1));
        for (Tensor tensor : state) {
            parameter(tensor.name()).getArray().set(FloatBuffer.wrap(tensor.values()));
        }
        return this;
    }

    private Parameter parameter(String tensor) {
        return Objects.requireNonNull(parameterOfTensor.get(tensor));
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store, NDList inputs, boolean training, PairList<String, Object> settings) {
        List<NDArray> values = new ArrayList<>();
        values.add(inputs.singletonOrThrow());
        for (Node node : network.nodes()) {
            List<NDArray> own = Network.tensorsOf(node).stream()
                    .map(spec -> store.getValue(
                            parameter(spec.name()), values.getFirst().getDevice(), training))
                    .toList();
            values.add(value(node, values, own, training));
        }
        NDList outputs = new NDList();
        network.outputs().values().forEach(output -> outputs.add(values.get(output)));
        return outputs;
    }

    private NDArray value(Node node, List<NDArray> values, List<NDArray> own, boolean training) {
        return switch (node.layer()) {
            case Convolution(int source, var _, var _, Window window, int groups, var _, var _) ->
                Conv2d.conv2d(
                                values.get(source),
                                own.getFirst(),
                                own.size() > 1 ? own.getLast() : null,
                                stride(window),
                                padding(window),
                                new Shape(window.dilation(), window.dilation()),
                                groups)
                        .singletonOrThrow();
            case BatchNorm(int source, var _, double epsilon, var _) ->
                normalized(values.get(source), own, (float) epsilon, training);
            case Relu(int source) -> Activation.relu(values.get(source));
            case Sigmoid(int source) -> Activation.sigmoid(values.get(source));
            case Add(int left, int right, double scale) ->
                values.get(left)
                        .add(scale == 1 ? values.get(right) : values.get(right).mul(scale));
            case Multiply(int source, int factor) ->
                values.get(source).mul(likePixels(values.get(factor), values.get(source)));
            case Concatenation(List<Integer> sources) ->
                NDArrays.concat(new NDList(sources.stream().map(values::get).toList()), 1);
            case MaxPool(int source, Window window, Rounding rounding) ->
                Pool.maxPool2d(
                        values.get(source), kernel(window), stride(window), padding(window), rounding == Rounding.UP);
            case AveragePool(int source, Window window, Rounding rounding, boolean paddingCounts) -> {
                NDArray mean = averaged(values.get(source), window, rounding);
                // DJL takes an argument for it, and counts padding whatever it says.
                yield paddingCounts
                        ? mean
                        : mean.div(averaged(values.get(source).onesLike(), window, rounding));
            }
            case GlobalAverage(int source) -> values.get(source).flatten(2, 3).mean(new int[] {2});
            case Upsample(int source, int like) ->
                values.get(source)
                        .getNDArrayInternal()
                        .interpolation(
                                new long[] {
                                    values.get(like).getShape().get(2),
                                    values.get(like).getShape().get(3)
                                },
                                NEAREST,
                                false);
            case L2Normalize(int source) -> values.get(source).normalize(2, 1, L2Normalize.NORM_MIN);
            case Scale(int source, var _, var _) ->
                values.get(source).mul(likePixels(own.getFirst().expandDims(0), values.get(source)));
            case Dropout(int source, double probability) ->
                ai.djl.nn.norm.Dropout.dropout(values.get(source), (float) probability, training)
                        .singletonOrThrow();
            case DropPath(int source, double probability) -> withoutSome(values.get(source), probability, training);
            case Linear(int source, var _, var _, var _) -> {
                NDArray product = values.get(source).matMul(own.getFirst().transpose());
                yield own.size() > 1 ? product.add(own.getLast()) : product;
            }
        };
    }

    /** DJL's own batch norm swaps axes back and forth; the operation underneath does not need it. */
    private static NDArray normalized(NDArray value, List<NDArray> own, float epsilon, boolean training) {
        return value.getNDArrayInternal()
                .batchNorm(
                        value,
                        own.get(2),
                        own.get(3),
                        own.get(0),
                        own.get(1),
                        -1,
                        (float) (1 - Network.BATCH_NORM_MOMENTUM),
                        epsilon,
                        training)
                .singletonOrThrow();
    }

    /** DJL drops single numbers. So it drops some of ones, of which each image has one. */
    private static NDArray withoutSome(NDArray value, double probability, boolean training) {
        NDArray ones = value.getManager().ones(new Shape(value.getShape().get(0)));
        NDArray kept = ai.djl.nn.norm.Dropout.dropout(ones, (float) probability, training)
                .singletonOrThrow();
        return value.mul(likePixels(kept, value));
    }

    private static NDArray averaged(NDArray value, Window window, Rounding rounding) {
        return Pool.avgPool2d(value, kernel(window), stride(window), padding(window), rounding == Rounding.UP, true);
    }

    /** A factor for each channel holds for all pixels of its map. */
    private static NDArray likePixels(NDArray factor, NDArray value) {
        NDArray like = factor;
        while (like.getShape().dimension() < value.getShape().dimension()) {
            like = like.expandDims(-1);
        }
        return like;
    }

    private static Shape kernel(Window window) {
        return new Shape(window.rows(), window.columns());
    }

    private static Shape stride(Window window) {
        return new Shape(window.stride(), window.stride());
    }

    private static Shape padding(Window window) {
        return new Shape(window.rowPadding(), window.columnPadding());
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape images = inputShapes[0];
        List<ValueShape> shapes = Shapes.of(network, Math.toIntExact(images.get(2)), Math.toIntExact(images.get(3)));
        return network.outputs().values().stream()
                .map(output -> withBatch(images.get(0), shapes.get(output)))
                .toArray(Shape[]::new);
    }

    private static Shape withBatch(long images, ValueShape shape) {
        return switch (shape) {
            case ValueShape.Maps(int channels, int rows, int columns) -> new Shape(images, channels, rows, columns);
            case ValueShape.Features(int count) -> new Shape(images, count);
        };
    }
}
