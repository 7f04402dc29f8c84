package io.deeptrain.benchmarks.adapter.python;

import io.deeptrain.worker.network.Layer;
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
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Window;
import io.deeptrain.worker.network.Window.Rounding;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A network as somebody would write it in Python: a class with its layers as modules, run eagerly. */
final class PythonModule {
    private final Network network;
    private final Map<Integer, Integer> uses = new HashMap<>();
    private final Set<String> constructed = new HashSet<>();
    private final StringBuilder modules = new StringBuilder();
    private final StringBuilder statements = new StringBuilder();

    private PythonModule(Network network) {
        this.network = network;
        network.nodes().forEach(node -> node.layer().sources().forEach(source -> uses.merge(source, 1, Integer::sum)));
        network.outputs().values().forEach(value -> uses.merge(value, 1, Integer::sum));
    }

    /** The text of a file with a class {@code Net} that answers the network's outputs by name. */
    static String of(Network network) {
        PythonModule module = new PythonModule(network);
        for (int n = 0; n < network.nodes().size(); n++) {
            Network.Node node = network.nodes().get(n);
            module.add(n + 1, node.name(), node.layer());
        }
        return """
                import torch
                from torch import nn
                from torch.nn import functional as F


                class Net(nn.Module):
                    def __init__(self):
                        super().__init__()
                %s
                    def forward(self, v0):
                %s        return {%s}
                """.formatted(
                        module.modules,
                        module.statements,
                        network.outputs().entrySet().stream()
                                .map(output -> "\"%s\": v%d".formatted(output.getKey(), output.getValue()))
                                .collect(Collectors.joining(", ")));
    }

    private void add(int value, String name, Layer layer) {
        switch (layer) {
            case Convolution(int source, int in, int out, Window window, int groups, var _, Bias bias) ->
                module(
                        value,
                        name,
                        source,
                        "nn.Conv2d(%d, %d, %s, stride=%d, padding=%s, dilation=%d, groups=%d, bias=%s)"
                                .formatted(
                                        in,
                                        out,
                                        kernel(window),
                                        window.stride(),
                                        padding(window),
                                        window.dilation(),
                                        groups,
                                        truth(bias instanceof Bias.Learned)));
            case BatchNorm(int source, int channels, double epsilon, var _) ->
                module(value, name, source, "nn.BatchNorm2d(%d, eps=%s)".formatted(channels, epsilon));
            case Linear(int source, int in, int out, Bias bias) ->
                module(
                        value,
                        name,
                        source,
                        "nn.Linear(%d, %d, bias=%s)".formatted(in, out, truth(bias instanceof Bias.Learned)));
            case MaxPool(int source, Window window, Rounding rounding) ->
                module(
                        value,
                        name,
                        source,
                        "nn.MaxPool2d(%s, stride=%d, padding=%s, ceil_mode=%s)"
                                .formatted(kernel(window), window.stride(), padding(window), up(rounding)));
            case AveragePool(int source, Window window, Rounding rounding, boolean paddingCounts) ->
                module(
                        value,
                        name,
                        source,
                        "nn.AvgPool2d(%s, stride=%d, padding=%s, ceil_mode=%s, count_include_pad=%s)"
                                .formatted(
                                        kernel(window),
                                        window.stride(),
                                        padding(window),
                                        up(rounding),
                                        truth(paddingCounts)));
            case Dropout(int source, double probability) ->
                module(value, name, source, "nn.Dropout(%s)".formatted(probability));
            case DropPath(int source, double probability) ->
                statement(
                        value,
                        "v%1$d * F.dropout(v%1$d.new_ones([len(v%1$d)] + [1] * (v%1$d.dim() - 1)), %2$s, self.training)"
                                .formatted(source, probability));
            case Relu(int source) ->
                module(value, name, source, "nn.ReLU(inplace=%s)".formatted(truth(isFree(source))));
            case Scale(int source, int channels, float start) ->
                statement(
                        value,
                        "v%d * %s%s"
                                .formatted(
                                        source,
                                        attribute(
                                                name, "nn.Parameter(torch.full((%d,), %s))".formatted(channels, start)),
                                        network.isFeatures(source) ? "" : "[:, None, None]"));
            case Sigmoid(int source) -> statement(value, "torch.sigmoid(v%d)".formatted(source));
            case Add(int left, int right, double scale) ->
                statement(value, "v%d + %sv%d".formatted(left, scale == 1 ? "" : scale + " * ", right));
            case Multiply(int source, int factor) ->
                statement(
                        value,
                        "v%d * v%d%s"
                                .formatted(
                                        source,
                                        factor,
                                        network.isFeatures(factor) && !network.isFeatures(source)
                                                ? "[:, :, None, None]"
                                                : ""));
            case Concatenation(List<Integer> sources) ->
                statement(
                        value,
                        "torch.cat([%s], 1)"
                                .formatted(sources.stream()
                                        .map(source -> "v" + source)
                                        .collect(Collectors.joining(", "))));
            case GlobalAverage(int source) ->
                statement(value, "torch.flatten(F.adaptive_avg_pool2d(v%d, 1), 1)".formatted(source));
            case Upsample(int source, int like) ->
                statement(value, "F.interpolate(v%d, size=v%d.shape[-2:], mode=\"nearest\")".formatted(source, like));
            case L2Normalize(int source) -> statement(value, "F.normalize(v%d, dim=1)".formatted(source));
        }
    }

    private void module(int value, String name, int source, String construction) {
        String attribute = attribute(name, construction);
        statement(value, "%s(v%d)".formatted(attribute, source));
    }

    /** What is learned belongs to the layer's name: layers of one name share it. */
    private String attribute(String name, String construction) {
        String attribute = "self.l_" + name.replaceAll("\\W", "_");
        if (constructed.add(attribute)) {
            modules.append("        %s = %s%n".formatted(attribute, construction));
        }
        return attribute;
    }

    private void statement(int value, String expression) {
        statements.append("        v%d = %s%n".formatted(value, expression));
    }

    /** Whether a value may be overwritten: nobody else reads it, and its gradient needs it no more. */
    private boolean isFree(int value) {
        if (value == 0 || uses.getOrDefault(value, 0) > 1) {
            return false;
        }
        Layer producer = network.nodes().get(value - 1).layer();
        return producer instanceof Convolution || producer instanceof BatchNorm || producer instanceof Add;
    }

    private static String kernel(Window window) {
        return "(%d, %d)".formatted(window.rows(), window.columns());
    }

    private static String padding(Window window) {
        return "(%d, %d)".formatted(window.rowPadding(), window.columnPadding());
    }

    private static String up(Rounding rounding) {
        return truth(rounding == Rounding.UP);
    }

    private static String truth(boolean value) {
        return value ? "True" : "False";
    }
}
