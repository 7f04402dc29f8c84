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
import io.deeptrain.worker.network.TensorSpec.Role;
import io.deeptrain.worker.network.TensorSpec.Start;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A network as a graph of layers in the order in which they are computed. It says nothing about the size of an image:
 * {@link Shapes} does, for each size.
 *
 * @param architecture names the recipe that the layers came from, as in {@code cifar-resnet-20}
 * @param outputs the values that are asked for, by name and in the order in which an engine answers them; a classifier
 *     has {@link #LOGITS} alone
 */
public record Network(String architecture, List<Node> nodes, SequencedMap<String, Integer> outputs) {
    /** The output with one number for each concept, which an activation function turns into a probability. */
    public static final String LOGITS = "logits";

    /** The output that places an image among others. */
    public static final String EMBEDDING = "embedding";

    /** Images come as bytes; less this, and divided by {@link #PIXEL_DEVIATION}, they are value 0. */
    public static final float PIXEL_MEAN = 125;

    /** Bytes so divided are about of unit variance. */
    public static final float PIXEL_DEVIATION = 63;

    /** The share of a batch's statistics in the running ones. */
    public static final double BATCH_NORM_MOMENTUM = 0.1;

    /**
     * A layer in its place.
     *
     * @param name what its tensors' names begin with. Nodes of one name share their tensors: a head that looks at
     *     several maps is one node for each map.
     */
    public record Node(String name, Part part, Layer layer) {}

    public Network {
        nodes = List.copyOf(nodes);
        outputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputs));
        for (int n = 0; n < nodes.size(); n++) {
            for (int source : nodes.get(n).layer().sources()) {
                if (source < 0 || source > n) {
                    throw new IllegalArgumentException("%s is computed from value %d, which is not there yet"
                            .formatted(nodes.get(n).name(), source));
                }
            }
        }
        for (Map.Entry<String, Integer> output : outputs.entrySet()) {
            if (output.getValue() < 0 || output.getValue() > nodes.size()) {
                throw new IllegalArgumentException(
                        "output %s is value %d of %d".formatted(output.getKey(), output.getValue(), nodes.size()));
            }
        }
        distinct(nodes);
    }

    /** The state's tensors in their fixed order. */
    public List<TensorSpec> tensors() {
        return List.copyOf(distinct(nodes));
    }

    private static Collection<TensorSpec> distinct(List<Node> nodes) {
        Map<String, TensorSpec> tensors = new LinkedHashMap<>();
        for (Node node : nodes) {
            for (TensorSpec spec : tensorsOf(node)) {
                TensorSpec same = tensors.putIfAbsent(spec.name(), spec);
                if (same != null && !same.equals(spec)) {
                    throw new IllegalArgumentException("two layers share %s and differ: %s, %s"
                            .formatted(spec.name(), same.shape(), spec.shape()));
                }
            }
        }
        return tensors.values();
    }

    /** The tensors of one node: the weight first, then what goes with it. */
    public static List<TensorSpec> tensorsOf(Node node) {
        return switch (node.layer()) {
            case Convolution(var _, int in, int out, Window window, int groups, Start start, Bias bias) -> {
                List<Integer> shape = List.of(out, in / groups, window.rows(), window.columns());
                yield weighted(
                        node, new TensorSpec(node.name() + ".weight", shape, Role.PARAMETER, start, node.part()), bias);
            }
            case Linear(var _, int in, int out, Bias bias) -> {
                Start start = new Start.Normal(Start.LINEAR_GAIN, in);
                yield weighted(
                        node,
                        new TensorSpec(node.name() + ".weight", List.of(out, in), Role.PARAMETER, start, node.part()),
                        bias);
            }
            case BatchNorm(var _, int channels, var _, float scale) ->
                List.of(
                        vector(node, "weight", channels, Role.PARAMETER, scale),
                        vector(node, "bias", channels, Role.PARAMETER, 0),
                        vector(node, "running_mean", channels, Role.BUFFER, 0),
                        vector(node, "running_var", channels, Role.BUFFER, 1));
            case Scale(var _, int channels, float start) ->
                List.of(vector(node, "weight", channels, Role.PARAMETER, start));
            case Relu _, Sigmoid _, Add _, Multiply _, Concatenation _, MaxPool _, AveragePool _ -> List.of();
            case GlobalAverage _, Upsample _, L2Normalize _, Dropout _, DropPath _ -> List.of();
        };
    }

    private static List<TensorSpec> weighted(Node node, TensorSpec weight, Bias bias) {
        return switch (bias) {
            case Bias.None() -> List.of(weight);
            case Bias.Learned(float start) ->
                List.of(weight, vector(node, "bias", weight.shape().getFirst(), Role.PARAMETER, start));
        };
    }

    private static TensorSpec vector(Node node, String suffix, int length, Role role, float start) {
        return new TensorSpec(
                node.name() + "." + suffix, List.of(length), role, new Start.Constant(start), node.part());
    }

    /** The tensors that the optimizer changes, in the order of {@link #tensors()}. */
    public List<TensorSpec> parameters() {
        return tensors().stream().filter(spec -> spec.role() == Role.PARAMETER).toList();
    }

    /** Whether these are this network's tensors, by name, shape and order. */
    public boolean fits(List<Tensor> state) {
        return fits(state, tensors());
    }

    /** Whether these are tensors as specified, by name, shape and order. */
    public static boolean fits(List<Tensor> tensors, List<TensorSpec> specs) {
        if (tensors.size() != specs.size()) {
            return false;
        }
        for (int n = 0; n < specs.size(); n++) {
            if (!tensors.get(n).name().equals(specs.get(n).name())
                    || !tensors.get(n).shape().equals(specs.get(n).shape())) {
                return false;
            }
        }
        return true;
    }

    /** Which value has this name. */
    public int output(String name) {
        Integer value = outputs.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "network %s has no output %s but %s".formatted(architecture, name, outputs.keySet()));
        }
        return value;
    }

    /** The layer that tells concepts apart: its tensors have a row for each. */
    public Node classifier() {
        Node node = nodes.get(output(LOGITS) - 1);
        if (!(node.layer() instanceof Linear)) {
            throw new IllegalStateException("logits of %s come from %s".formatted(architecture, node));
        }
        return node;
    }

    public int concepts() {
        return tensorsOf(classifier()).getFirst().shape().getFirst();
    }

    /** Whether a step of learning needs chance of its own. */
    public boolean hasChance() {
        return nodes.stream().anyMatch(node -> node.layer() instanceof Dropout || node.layer() instanceof DropPath);
    }

    /** Whether a value is a list of features, not maps of them; the image size does not matter for that. */
    public boolean isFeatures(int value) {
        if (value == 0) {
            return false;
        }
        Layer layer = nodes.get(value - 1).layer();
        return layer instanceof GlobalAverage
                || layer instanceof Linear
                || (isElementwise(layer) && isFeatures(layer.sources().getFirst()));
    }

    private static boolean isElementwise(Layer layer) {
        return switch (layer) {
            case BatchNorm _, Relu _, Sigmoid _, Add _, Multiply _, L2Normalize _, Scale _, Dropout _, DropPath _ ->
                true;
            case Convolution _, Concatenation _, MaxPool _, AveragePool _, GlobalAverage _, Upsample _, Linear _ ->
                false;
        };
    }
}
