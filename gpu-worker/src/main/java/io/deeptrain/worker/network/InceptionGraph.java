package io.deeptrain.worker.network;

import io.deeptrain.worker.network.Layer.AveragePool;
import io.deeptrain.worker.network.Window.Rounding;

/**
 * What all Inception networks are put together from: convolutions that are normalised and rectified, and pools. A unit
 * {@code x} has the tensors {@code x.conv.weight} and {@code x.bn.*}.
 */
final class InceptionGraph {
    /** The papers' own, much larger than elsewhere. */
    static final double EPSILON = 1e-3;

    private final GraphBuilder graph;
    private final Borders borders;

    InceptionGraph(GraphBuilder graph, Borders borders) {
        this.graph = graph;
        this.borders = borders;
    }

    /** A convolution that keeps the size of a map but for its stride, normalised and rectified. */
    int unit(String name, int source, int channels, int rows, int columns, int stride) {
        return unit(name, source, channels, Window.padded(rows, columns, stride));
    }

    int unit(String name, int source, int channels, int rows, int columns) {
        return unit(name, source, channels, rows, columns, 1);
    }

    /** Of one pixel. */
    int unit(String name, int source, int channels) {
        return unit(name, source, channels, 1, 1, 1);
    }

    /** One that the paper does not pad (its mark "V"), of three by three pixels. */
    int cut(String name, int source, int channels, int stride) {
        return unit(name, source, channels, borders.unpadded(3, stride));
    }

    private int unit(String name, int source, int channels, Window window) {
        int convolved = graph.convolution(name + ".conv", source, channels, window, 1);
        return graph.relu(graph.batchNorm(name + ".bn", convolved));
    }

    /** Halves a map, as {@link #cut} with stride 2 does. */
    int halved(int source) {
        return graph.maxPool(source, borders.unpadded(3, 2));
    }

    /** The mean of three by three pixels, of those that are there. */
    int averaged(int source) {
        return graph.add(new AveragePool(source, Window.padded(3, 3, 1), Rounding.DOWN, false));
    }

    int joined(Integer... branches) {
        return graph.concatenation(branches);
    }

    GraphBuilder graph() {
        return graph;
    }
}
