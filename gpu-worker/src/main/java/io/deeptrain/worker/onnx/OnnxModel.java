package io.deeptrain.worker.onnx;

import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Shapes;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.ValueShape;
import io.deeptrain.worker.onnx.OnnxNode.Attribute;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * A network as an ONNX file, after the standard's description (onnx.ai, "Open Neural Network Exchange Intermediate
 * Representation"), whose numbers for fields and types are used here.
 *
 * <p>Its input {@link #IMAGES} are bytes in the order image, colour (red, green, blue), row, column; any number of
 * images of one size. The normalisation is part of the graph. Its outputs are the network's, and {@link #PROBABILITIES}
 * where an activation function makes them of logits.
 */
public final class OnnxModel {
    /** What the input is called. */
    public static final String IMAGES = "images";

    /** What the output with a number from 0 to 1 for each concept is called. */
    public static final String PROBABILITIES = "probabilities";

    /** Protobuf takes no message of more bytes. */
    static final long BYTES_MAX = Integer.MAX_VALUE;

    private static final long FORMAT = 8;
    private static final String PRODUCER = "deeptrain";
    private static final int BYTE = 2;
    private static final int REAL = 1;
    private static final int COLOURS = 3;
    private static final String BATCH = "batch";

    private final Network network;
    private final int imageSize;
    private final Optional<Activation> activation;

    private OnnxModel(Network network, int imageSize, Optional<Activation> activation) {
        this.network = network;
        this.imageSize = imageSize;
        this.activation = activation;
    }

    /**
     * The file.
     *
     * @param state the network's tensors
     * @param imageSize rows, and columns, of the images that it takes
     * @param activation of the logits, if the model answers probabilities
     * @param metadata texts to keep with it
     * @throws IllegalArgumentException if the tensors are not the network's, or too many for one file
     */
    public static InputStream write(
            Network network,
            List<Tensor> state,
            int imageSize,
            Optional<Activation> activation,
            SortedMap<String, String> metadata) {
        if (!network.fits(state)) {
            throw new IllegalArgumentException("the tensors are not those of " + network.architecture());
        }
        return new OnnxModel(network, imageSize, activation).file(state, metadata);
    }

    private InputStream file(List<Tensor> state, SortedMap<String, String> metadata) {
        OnnxLayers.Translation layers = OnnxLayers.of(network, imageSize);
        byte[] nodes = nodes(layers.nodes());
        List<Constant> constants = Stream.of(
                        normalisation().stream(),
                        layers.constants().stream(),
                        state.stream().map(Constant.Reals::new))
                .<Constant>flatMap(each -> each)
                .toList();
        List<byte[]> beginnings = constants.stream().map(OnnxModel::beginning).toList();
        byte[] ends = ends();
        long graphBytes = (long) nodes.length + ends.length;
        for (int n = 0; n < constants.size(); n++) {
            graphBytes += beginnings.get(n).length + constants.get(n).size();
        }
        byte[] head = head(metadata, graphBytes);
        if (head.length + graphBytes > BYTES_MAX) {
            throw new IllegalArgumentException("an ONNX file has at most %d bytes, %s would have %d"
                    .formatted(BYTES_MAX, network.architecture(), head.length + graphBytes));
        }
        List<InputStream> first = List.of(new ByteArrayInputStream(head), new ByteArrayInputStream(nodes));
        return new SequenceInputStream(Collections.enumeration(List.of(
                new SequenceInputStream(Collections.enumeration(first)),
                new SequenceInputStream(numbers(beginnings, constants)),
                new ByteArrayInputStream(ends))));
    }

    /** One constant's bytes at a time are in memory. */
    @SuppressWarnings("JdkObsolete") // A sequence of streams takes nothing newer.
    private static Enumeration<InputStream> numbers(List<byte[]> beginnings, List<Constant> constants) {
        return new Enumeration<>() {
            private int next;

            @Override
            public boolean hasMoreElements() {
                return next < 2 * constants.size();
            }

            @Override
            public InputStream nextElement() {
                int n = next / 2;
                boolean beginning = next % 2 == 0;
                next++;
                return new ByteArrayInputStream(
                        beginning ? beginnings.get(n) : constants.get(n).bytes());
            }
        };
    }

    /** The model's fields up to the graph, whose bytes follow. */
    private static byte[] head(SortedMap<String, String> metadata, long graphBytes) {
        Message model = new Message().number(1, FORMAT).text(2, PRODUCER);
        model.message(8, new Message().text(1, "").number(2, OnnxLayers.OPERATOR_SET));
        for (Map.Entry<String, String> text : metadata.entrySet()) {
            model.message(14, new Message().text(1, text.getKey()).text(2, text.getValue()));
        }
        return model.beginning(7, graphBytes).bytes();
    }

    private byte[] nodes(List<OnnxNode> layers) {
        List<OnnxNode> all = new ArrayList<>();
        all.add(OnnxNode.of("Cast", IMAGES, "numbers", new Attribute.Whole("to", REAL)));
        all.add(OnnxNode.of("Sub", List.of("numbers", "mean"), "centred"));
        all.add(OnnxNode.of("Div", List.of("centred", "deviation"), OnnxLayers.value(0)));
        all.addAll(layers);
        network.outputs().forEach((name, value) -> all.add(OnnxNode.of("Identity", OnnxLayers.value(value), name)));
        activation.ifPresent(function -> all.add(
                switch (function) {
                    case SIGMOID -> OnnxNode.of("Sigmoid", Network.LOGITS, PROBABILITIES);
                    case SOFTMAX ->
                        OnnxNode.of("Softmax", Network.LOGITS, PROBABILITIES, new Attribute.Whole("axis", 1));
                }));
        Message graph = new Message();
        all.forEach(node -> graph.message(1, node.message()));
        return graph.text(2, network.architecture()).bytes();
    }

    /** As the worker normalises bytes. */
    private static List<Constant> normalisation() {
        return List.of(
                Constant.Reals.of("mean", List.of(), Network.PIXEL_MEAN),
                Constant.Reals.of("deviation", List.of(), Network.PIXEL_DEVIATION));
    }

    private static byte[] beginning(Constant constant) {
        byte[] beginning = constant.beginning().bytes();
        byte[] key =
                new Message().beginning(5, beginning.length + constant.size()).bytes();
        byte[] both = new byte[key.length + beginning.length];
        System.arraycopy(key, 0, both, 0, key.length);
        System.arraycopy(beginning, 0, both, key.length, beginning.length);
        return both;
    }

    /** What goes in and out. */
    private byte[] ends() {
        Message graph = new Message().message(11, described(IMAGES, BYTE, List.of(COLOURS, imageSize, imageSize)));
        List<ValueShape> shapes = Shapes.of(network, imageSize, imageSize);
        network.outputs()
                .forEach((name, value) -> graph.message(12, described(name, REAL, dimensions(shapes.get(value)))));
        if (activation.isPresent()) {
            graph.message(12, described(PROBABILITIES, REAL, dimensions(shapes.get(network.output(Network.LOGITS)))));
        }
        return graph.bytes();
    }

    private static List<Integer> dimensions(ValueShape shape) {
        return switch (shape) {
            case ValueShape.Maps(int channels, int rows, int columns) -> List.of(channels, rows, columns);
            case ValueShape.Features(int count) -> List.of(count);
        };
    }

    private static Message described(String name, int type, List<Integer> perImage) {
        Message shape = new Message().message(1, new Message().text(2, BATCH));
        perImage.forEach(size -> shape.message(1, new Message().number(1, size)));
        Message tensor = new Message().number(1, type).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }
}
