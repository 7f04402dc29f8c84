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
import io.deeptrain.worker.network.ValueShape.Features;
import io.deeptrain.worker.network.ValueShape.Maps;
import io.deeptrain.worker.network.Window.Rounding;
import java.util.ArrayList;
import java.util.List;

/** What shape each value of a network has for images of one size. */
public final class Shapes {
    private static final int COLOURS = 3;

    private final List<ValueShape> shapes = new ArrayList<>();
    private final Node node;

    private Shapes(List<ValueShape> before, Node node) {
        this.shapes.addAll(before);
        this.node = node;
    }

    /**
     * The shape of the image, then of the value of each layer.
     *
     * @throws IllegalArgumentException if a layer does not fit what it gets, or the image is too small for it
     */
    public static List<ValueShape> of(Network network, int rows, int columns) {
        List<ValueShape> shapes = new ArrayList<>();
        shapes.add(new Maps(COLOURS, rows, columns));
        for (Node node : network.nodes()) {
            shapes.add(new Shapes(shapes, node).value());
        }
        return shapes;
    }

    private ValueShape value() {
        return switch (node.layer()) {
            case Convolution convolution ->
                moved(
                        maps(convolution.source(), convolution.inChannels()),
                        convolution.window(),
                        Rounding.DOWN,
                        convolution.outChannels());
            case MaxPool(int source, Window window, Rounding rounding) -> pooled(maps(source), window, rounding);
            case AveragePool(int source, Window window, Rounding rounding, var _) ->
                pooled(maps(source), window, rounding);
            case BatchNorm(int source, int channels, var _, var _) -> withChannels(source, channels);
            case Scale(int source, int channels, var _) -> withChannels(source, channels);
            case Relu(int source) -> shapes.get(source);
            case Sigmoid(int source) -> shapes.get(source);
            case L2Normalize(int source) -> shapes.get(source);
            case Dropout(int source, var _) -> shapes.get(source);
            case DropPath(int source, var _) -> shapes.get(source);
            case Add(int left, int right, var _) -> {
                require(shapes.get(left).equals(shapes.get(right)), "cannot add %s", shapes.get(right), left);
                yield shapes.get(left);
            }
            case Multiply(int source, int factor) -> {
                ValueShape perChannel =
                        shapes.get(source) instanceof Maps maps ? new Features(maps.channels()) : shapes.get(source);
                require(
                        shapes.get(factor).equals(shapes.get(source))
                                || shapes.get(factor).equals(perChannel),
                        "cannot multiply by %s",
                        shapes.get(factor),
                        source);
                yield shapes.get(source);
            }
            case Concatenation(List<Integer> sources) -> concatenated(sources);
            case GlobalAverage(int source) -> new Features(maps(source).channels());
            case Upsample(int source, int like) ->
                new Maps(maps(source).channels(), maps(like).rows(), maps(like).columns());
            case Linear(int source, int in, int out, var _) -> {
                require(shapes.get(source).equals(new Features(in)), "takes %s", new Features(in), source);
                yield new Features(out);
            }
        };
    }

    private ValueShape withChannels(int source, int channels) {
        if (shapes.get(source) instanceof Features) {
            require(shapes.get(source).equals(new Features(channels)), "takes %s", new Features(channels), source);
        } else {
            maps(source, channels);
        }
        return shapes.get(source);
    }

    private ValueShape concatenated(List<Integer> sources) {
        Maps first = maps(sources.getFirst());
        int channels = 0;
        for (int source : sources) {
            Maps next = maps(source);
            require(
                    next.rows() == first.rows() && next.columns() == first.columns(),
                    "cannot follow %s",
                    first,
                    source);
            channels += next.channels();
        }
        return new Maps(channels, first.rows(), first.columns());
    }

    private Maps pooled(Maps maps, Window window, Rounding rounding) {
        return moved(maps, window, rounding, maps.channels());
    }

    private Maps moved(Maps in, Window window, Rounding rounding, int channels) {
        Maps out = new Maps(channels, window.outRows(in.rows(), rounding), window.outColumns(in.columns(), rounding));
        if (out.rows() < 1 || out.columns() < 1) {
            throw new IllegalArgumentException("image of %s is too small: %s of %s has nothing to see in %d x %d pixels"
                    .formatted(image(), node.name(), window, in.rows(), in.columns()));
        }
        return out;
    }

    private String image() {
        return shapes.getFirst() instanceof Maps image ? image.rows() + " x " + image.columns() + " pixels" : "";
    }

    private Maps maps(int source, int channels) {
        Maps maps = maps(source);
        require(maps.channels() == channels, "takes %s channels", channels, source);
        return maps;
    }

    private Maps maps(int source) {
        if (shapes.get(source) instanceof Maps maps) {
            return maps;
        }
        throw new IllegalArgumentException(
                "layer %s takes feature maps, not %s".formatted(node.name(), shapes.get(source)));
    }

    private void require(boolean fits, String what, Object wanted, int source) {
        if (!fits) {
            throw new IllegalArgumentException("layer %s %s, value %d is %s"
                    .formatted(node.name(), what.formatted(wanted), source, shapes.get(source)));
        }
    }
}
