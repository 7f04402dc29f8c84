package io.deeptrain.worker.onnx;

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
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.network.ValueShape;
import io.deeptrain.worker.network.ValueShape.Maps;
import io.deeptrain.worker.network.Window;
import io.deeptrain.worker.onnx.OnnxNode.Attribute;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers of a network as operations of ONNX's operator set {@link #OPERATOR_SET}: value {@code n} is called
 * {@code vn}, {@code v0} is the normalised image. What a layer leaves to chance in training is left out.
 */
final class OnnxLayers {
    /** Since this one, what is used here means what it means in PyTorch. */
    static final int OPERATOR_SET = 17;

    private static final List<Integer> OVER_PIXELS = List.of(2, 3);

    private final Network network;
    private final List<ValueShape> shapes;
    private final List<OnnxNode> nodes = new ArrayList<>();
    private final List<Constant> constants = new ArrayList<>();

    private OnnxLayers(Network network, int imageSize) {
        this.network = network;
        this.shapes = Shapes.of(network, imageSize, imageSize);
    }

    /**
     * What a network's layers become.
     *
     * @param constants numbers that are no tensors of the network
     */
    record Translation(List<OnnxNode> nodes, List<Constant> constants) {}

    static Translation of(Network network, int imageSize) {
        OnnxLayers layers = new OnnxLayers(network, imageSize);
        for (int n = 0; n < network.nodes().size(); n++) {
            layers.add(network.nodes().get(n), n + 1);
        }
        return new Translation(List.copyOf(layers.nodes), List.copyOf(layers.constants));
    }

    static String value(int value) {
        return "v" + value;
    }

    private void add(Node node, int value) {
        String to = value(value);
        List<String> own =
                Network.tensorsOf(node).stream().map(TensorSpec::name).toList();
        switch (node.layer()) {
            case Convolution(int source, var _, var _, Window window, int groups, var _, var _) ->
                add(
                        "Conv",
                        OnnxNode.joined(value(source), own),
                        to,
                        kernel(window),
                        strides(window),
                        pads(window, 0, 0),
                        new Attribute.Wholes("dilations", List.of(window.dilation(), window.dilation())),
                        new Attribute.Whole("group", groups));
            case BatchNorm(int source, var _, double epsilon, var _) ->
                add("BatchNormalization", OnnxNode.joined(value(source), own), to, new Attribute.Real("epsilon", (float)
                        epsilon));
            case Relu(int source) -> add("Relu", List.of(value(source)), to);
            case Sigmoid(int source) -> add("Sigmoid", List.of(value(source)), to);
            case Add(int left, int right, double scale) -> {
                String added = scale == 1 ? value(right) : scaled(right, (float) scale, to);
                add("Add", List.of(value(left), added), to);
            }
            case Multiply(int source, int factor) ->
                add(
                        "Mul",
                        List.of(value(source), isOverPixels(source, factor) ? overPixels(factor, to) : value(factor)),
                        to);
            case Concatenation(List<Integer> sources) ->
                add("Concat", sources.stream().map(OnnxLayers::value).toList(), to, new Attribute.Whole("axis", 1));
            case MaxPool(int source, Window window, var _) ->
                add(
                        "MaxPool",
                        List.of(value(source)),
                        to,
                        kernel(window),
                        strides(window),
                        pads(
                                window,
                                overhangingRows(source, value, window),
                                overhangingColumns(source, value, window)));
            case AveragePool(int source, Window window, var _, boolean paddingCounts) ->
                averagePool(source, value, window, paddingCounts);
            case GlobalAverage(int source) ->
                add(
                        "ReduceMean",
                        List.of(value(source)),
                        to,
                        new Attribute.Wholes("axes", OVER_PIXELS),
                        new Attribute.Whole("keepdims", 0));
            case Upsample(int source, int like) -> upsample(source, like, to);
            case L2Normalize(int source) -> l2Normalize(source, to);
            case Scale(int source, int channels, var _) -> scale(source, channels, own.getFirst(), to);
            case Dropout(int source, var _) -> add("Identity", List.of(value(source)), to);
            case DropPath(int source, var _) -> add("Identity", List.of(value(source)), to);
            case Linear(int source, var _, var _, var _) ->
                add("Gemm", OnnxNode.joined(value(source), own), to, new Attribute.Whole("transB", 1));
        }
    }

    private void add(String operator, List<String> inputs, String output, Attribute... attributes) {
        nodes.add(OnnxNode.of(operator, inputs, output, attributes));
    }

    private String constant(Constant constant) {
        constants.add(constant);
        return constant.name();
    }

    private String scaled(int value, float scale, String to) {
        String scaled = to + ".scaled";
        add("Mul", List.of(value(value), constant(Constant.Reals.of(to + ".scale", List.of(), scale))), scaled);
        return scaled;
    }

    private boolean isOverPixels(int source, int factor) {
        return network.isFeatures(factor) && !network.isFeatures(source);
    }

    /** A factor for each channel, as maps of one pixel. */
    private String overPixels(int factor, String to) {
        String axes = constant(new Constant.Wholes(to + ".axes", OVER_PIXELS));
        String maps = to + ".maps";
        add("Unsqueeze", List.of(value(factor), axes), maps);
        return maps;
    }

    /** Padding that counts is put around the map first, so that what lies beyond it never counts. */
    private void averagePool(int source, int value, Window window, boolean paddingCounts) {
        int rows = overhangingRows(source, value, window);
        int columns = overhangingColumns(source, value, window);
        boolean apart = paddingCounts && (rows > 0 || columns > 0);
        String from = apart ? padded(source, window, value(value)) : value(source);
        add(
                "AveragePool",
                List.of(from),
                value(value),
                kernel(window),
                strides(window),
                apart ? new Attribute.Wholes("pads", List.of(0, 0, rows, columns)) : pads(window, rows, columns),
                new Attribute.Whole("count_include_pad", paddingCounts && !apart ? 1 : 0));
    }

    private String padded(int source, Window window, String to) {
        int rows = window.rowPadding();
        int columns = window.columnPadding();
        String pads = constant(new Constant.Wholes(to + ".pads", List.of(0, 0, rows, columns, 0, 0, rows, columns)));
        String padded = to + ".padded";
        add("Pad", List.of(value(source), pads), padded);
        return padded;
    }

    /** Pixel {@code i} of the larger map is pixel {@code floor(i * smaller / larger)} of the smaller one. */
    private void upsample(int source, int like, String to) {
        add("Shape", List.of(value(source)), to + ".images", new Attribute.Whole("end", 2));
        add("Shape", List.of(value(like)), to + ".pixels", new Attribute.Whole("start", 2));
        add("Concat", List.of(to + ".images", to + ".pixels"), to + ".size", new Attribute.Whole("axis", 0));
        add(
                "Resize",
                List.of(value(source), "", "", to + ".size"),
                to,
                new Attribute.Text("mode", "nearest"),
                new Attribute.Text("coordinate_transformation_mode", "asymmetric"),
                new Attribute.Text("nearest_mode", "floor"));
    }

    private void l2Normalize(int source, String to) {
        String least = constant(Constant.Reals.of(to + ".least", List.of(), (float) L2Normalize.NORM_MIN));
        add("ReduceL2", List.of(value(source)), to + ".norm", new Attribute.Wholes("axes", List.of(1)));
        add("Max", List.of(to + ".norm", least), to + ".divisor");
        add("Div", List.of(value(source), to + ".divisor"), to);
    }

    private void scale(int source, int channels, String weight, String to) {
        String factor = weight;
        if (!network.isFeatures(source)) {
            String shape = constant(new Constant.Wholes(to + ".shape", List.of(channels, 1, 1)));
            factor = to + ".factor";
            add("Reshape", List.of(weight, shape), factor);
        }
        add("Mul", List.of(value(source), factor), to);
    }

    private static Attribute kernel(Window window) {
        return new Attribute.Wholes("kernel_shape", List.of(window.rows(), window.columns()));
    }

    private static Attribute strides(Window window) {
        return new Attribute.Wholes("strides", List.of(window.stride(), window.stride()));
    }

    private static Attribute pads(Window window, int moreRows, int moreColumns) {
        int rows = window.rowPadding();
        int columns = window.columnPadding();
        return new Attribute.Wholes("pads", List.of(rows, columns, rows + moreRows, columns + moreColumns));
    }

    /** How far the last position of a pool reaches beyond the padding, as it may where positions are rounded up. */
    private int overhangingRows(int source, int value, Window window) {
        int reach = (maps(value).rows() - 1) * window.stride() + window.rows();
        return Math.max(0, reach - maps(source).rows() - 2 * window.rowPadding());
    }

    private int overhangingColumns(int source, int value, Window window) {
        int reach = (maps(value).columns() - 1) * window.stride() + window.columns();
        return Math.max(0, reach - maps(source).columns() - 2 * window.columnPadding());
    }

    private Maps maps(int value) {
        return (Maps) shapes.get(value);
    }
}
