package io.deeptrain.worker.adapter.djl;

import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.network.Layer;
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
import io.deeptrain.worker.network.Part;
import io.deeptrain.worker.network.Window;
import io.deeptrain.worker.network.Window.Rounding;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The layers of a network as TorchScript statements: {@code v0} is the image, {@code v1} the value of the first layer,
 * {@code train} the mode.
 */
final class LayerScript {
    private final Network network;
    private final Map<String, String> attributeOfTensor;
    private final Predicate<Part> frozen;
    private final Precision precision;
    private final Map<Integer, Integer> uses = new HashMap<>();

    /**
     * A network's statements.
     *
     * @param attributeOfTensor what the script calls each tensor
     * @param frozen parts whose running statistics stand still, and are used, in training too
     */
    LayerScript(Network network, Map<String, String> attributeOfTensor, Predicate<Part> frozen, Precision precision) {
        this.network = network;
        this.precision = precision;
        this.frozen = frozen;
        this.attributeOfTensor = attributeOfTensor;
        network.nodes().forEach(node -> node.layer().sources().forEach(source -> uses.merge(source, 1, Integer::sum)));
        network.outputs().values().forEach(value -> uses.merge(value, 1, Integer::sum));
    }

    String statements() {
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < network.nodes().size(); n++) {
            text.append(
                    "    v%d = %s%n".formatted(n + 1, expression(network.nodes().get(n))));
        }
        return text.toString();
    }

    private String expression(Node node) {
        List<String> own = Network.tensorsOf(node).stream()
                .map(tensor -> "self." + attributeOfTensor.get(tensor.name()))
                .toList();
        return switch (node.layer()) {
            case Convolution(int source, var _, var _, Window window, int groups, var _, var _) ->
                "torch.conv2d(%s, %s, %s, %s, %s, %s, %d)"
                        .formatted(
                                quick("v" + source),
                                quick(own.getFirst()),
                                own.size() > 1 ? quick(own.getLast()) : "None",
                                stride(window),
                                padding(window),
                                dilation(window),
                                groups);
            case BatchNorm(int source, var _, double epsilon, var _) ->
                "torch.batch_norm(v%d, %s, %s, %s, %s, True)"
                        .formatted(source, String.join(", ", own), mode(node), Network.BATCH_NORM_MOMENTUM, epsilon);
            case Relu(int source) -> "torch.relu%s(v%d)".formatted(isFree(source) ? "_" : "", source);
            case Sigmoid(int source) -> "torch.sigmoid(v%d)".formatted(source);
            case Add(int left, int right, double scale) ->
                scale == 1
                        ? "torch.add(v%d, v%d)".formatted(left, right)
                        : "torch.add(v%d, v%d, alpha=%s)".formatted(left, right, scale);
            case Multiply(int source, int factor) ->
                network.isFeatures(factor) && !network.isFeatures(source)
                        ? "torch.mul(v%d, %s)".formatted(source, overPixels("v" + factor))
                        : "torch.mul(v%d, v%d)".formatted(source, factor);
            case Concatenation(List<Integer> sources) ->
                "torch.cat([%s], 1)"
                        .formatted(sources.stream().map(value -> "v" + value).collect(Collectors.joining(", ")));
            case MaxPool(int source, Window window, Rounding rounding) ->
                "torch.max_pool2d(v%d, %s, %s, %s, [1, 1], %s)"
                        .formatted(source, kernel(window), stride(window), padding(window), up(rounding));
            case AveragePool(int source, Window window, Rounding rounding, boolean paddingCounts) ->
                "torch.avg_pool2d(v%d, %s, %s, %s, %s, %s)"
                        .formatted(
                                source,
                                kernel(window),
                                stride(window),
                                padding(window),
                                up(rounding),
                                truth(paddingCounts));
            case GlobalAverage(int source) ->
                "torch.flatten(torch.adaptive_avg_pool2d(v%d, [1, 1]), 1)".formatted(source);
            case Upsample(int source, int like) ->
                "torch.upsample_nearest2d(v%d, [torch.size(v%d, 2), torch.size(v%d, 3)])".formatted(source, like, like);
            case L2Normalize(int source) ->
                "torch.div(%1$s, torch.clamp_min(torch.norm(%1$s, 2, [1], True), %2$s))"
                        .formatted(exact("v" + source), L2Normalize.NORM_MIN);
            case Scale(int source, var _, var _) ->
                "torch.mul(v%d, %s)"
                        .formatted(source, network.isFeatures(source) ? own.getFirst() : overPixels(own.getFirst()));
            case Dropout(int source, double probability) ->
                "torch.dropout(v%d, %s, train)".formatted(source, probability);
            case DropPath(int source, double probability) ->
                // What the engine drops as a whole are channels. So an image becomes one.
                "torch.squeeze(torch.feature_dropout(torch.unsqueeze(v%d, 1), %s, %s), 1)"
                        .formatted(source, probability, mode(node));
            case Linear(int source, var _, var _, var _) ->
                "torch.linear(%s, %s, %s)"
                        .formatted(exact("v" + source), own.getFirst(), own.size() > 1 ? own.getLast() : "None");
        };
    }

    /** Whether a layer does as in training. */
    private String mode(Node node) {
        return frozen.test(node.part()) ? "False" : "train";
    }

    /** In the type that layers compute with. */
    private String quick(String value) {
        return switch (precision) {
            case FP32 -> value;
            case BF16, FP16 -> "torch.to(%s, bits)".formatted(value);
        };
    }

    private String exact(String value) {
        return TorchScriptSource.exact(value, precision);
    }

    /** Whether nobody needs the value afterwards, not even the gradient of what computed it. */
    private boolean isFree(int value) {
        if (value == 0 || uses.getOrDefault(value, 0) > 1) {
            return false;
        }
        Layer producer = network.nodes().get(value - 1).layer();
        return producer instanceof Convolution || producer instanceof BatchNorm || producer instanceof Add;
    }

    /** A factor for each channel holds for all pixels of its map. */
    private static String overPixels(String factor) {
        return "torch.unsqueeze(torch.unsqueeze(%s, -1), -1)".formatted(factor);
    }

    private static String kernel(Window window) {
        return "[%d, %d]".formatted(window.rows(), window.columns());
    }

    private static String stride(Window window) {
        return "[%d, %d]".formatted(window.stride(), window.stride());
    }

    private static String padding(Window window) {
        return "[%d, %d]".formatted(window.rowPadding(), window.columnPadding());
    }

    private static String dilation(Window window) {
        return "[%d, %d]".formatted(window.dilation(), window.dilation());
    }

    private static String up(Rounding rounding) {
        return truth(rounding == Rounding.UP);
    }

    private static String truth(boolean value) {
        return value ? "True" : "False";
    }
}
