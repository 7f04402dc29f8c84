package io.deeptrain.worker.network;

import io.deeptrain.worker.network.Layer.Add;
import io.deeptrain.worker.network.Layer.AveragePool;
import io.deeptrain.worker.network.Layer.BatchNorm;
import io.deeptrain.worker.network.Layer.Bias;
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
import io.deeptrain.worker.network.Window.Rounding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * A network while it is being put together. Methods answer the value that they have added, and how many channels a
 * value has is kept here, so that an architecture reads like its figure in the paper.
 */
public final class GraphBuilder {
    /** The normalised image. */
    public static final int IMAGE = 0;

    private static final int COLOURS = 3;

    private final List<Node> nodes = new ArrayList<>();
    private final List<Integer> channels = new ArrayList<>(List.of(COLOURS));
    private final double batchNormEpsilon;
    private Part part = new Part.Backbone(0);

    public GraphBuilder(double batchNormEpsilon) {
        this.batchNormEpsilon = batchNormEpsilon;
    }

    /** What is added from here on belongs there. */
    public void enter(Part next) {
        part = next;
    }

    public int channels(int value) {
        return channels.get(value);
    }

    /** Adds a layer whose tensors have this name. */
    public int add(String name, Layer layer) {
        nodes.add(new Node(name, part, layer));
        channels.add(outChannels(layer));
        return nodes.size();
    }

    private int outChannels(Layer layer) {
        return switch (layer) {
            case Convolution convolution -> convolution.outChannels();
            case Linear linear -> linear.outFeatures();
            case Concatenation(List<Integer> sources) ->
                sources.stream().mapToInt(this::channels).sum();
            case BatchNorm _, Relu _, Sigmoid _, Add _, Multiply _, MaxPool _, AveragePool _, GlobalAverage _ ->
                channels(layer.sources().getFirst());
            case Upsample _, L2Normalize _, Scale _, Dropout _, DropPath _ ->
                channels(layer.sources().getFirst());
        };
    }

    /** Adds a layer without tensors. */
    public int add(Layer layer) {
        return add(layer.getClass().getSimpleName().toLowerCase(Locale.ROOT) + (nodes.size() + 1), layer);
    }

    /** Without bias. */
    public int convolution(String name, int source, int outChannels, Window window, int groups) {
        return add(name, new Convolution(source, channels(source), outChannels, window, groups, new Bias.None()));
    }

    public int batchNorm(String name, int source) {
        return batchNorm(name, source, 1);
    }

    /** Batch normalisation, whose scale begins at a value of its own. */
    public int batchNorm(String name, int source, float scale) {
        return add(name, new BatchNorm(source, channels(source), batchNormEpsilon, scale));
    }

    public int relu(int source) {
        return add(new Relu(source));
    }

    public int add(int left, int right) {
        return add(new Add(left, right));
    }

    public int concatenation(Integer... sources) {
        return add(new Concatenation(Arrays.asList(sources)));
    }

    public int maxPool(int source, Window window) {
        return add(new MaxPool(source, window, Rounding.DOWN));
    }

    /** Padding is zeros that count. */
    public int averagePool(int source, Window window) {
        return add(new AveragePool(source, window, Rounding.DOWN, true));
    }

    public int globalAverage(int source) {
        return add(new GlobalAverage(source));
    }

    public int dropout(int source, double probability) {
        return add(new Dropout(source, probability));
    }

    /** The source itself if nothing is to be dropped. */
    public int dropPath(int source, double probability) {
        return probability == 0 ? source : add(new DropPath(source, probability));
    }

    public int linear(String name, int source, int outFeatures) {
        return add(name, new Linear(source, channels(source), outFeatures));
    }

    /** A network of several outputs, in this order. */
    public Network network(String architecture, SequencedMap<String, Integer> outputs) {
        return new Network(architecture, nodes, outputs);
    }

    /** A network that answers one value, its logits. */
    public Network classifier(String architecture, int logits) {
        return network(architecture, new TreeMap<>(Map.of(Network.LOGITS, logits)));
    }
}
