package io.deeptrain.worker.network;

/**
 * One operation of a network. Layer {@code n} computes value {@code n + 1} from values computed before it; value 0 is
 * the normalised image, in the order batch, channel, row, column.
 */
public sealed interface Layer {

    /** Without bias: a {@link BatchNorm} follows. */
    record Convolution(int source, int inChannels, int outChannels, int kernel, int stride, int padding)
            implements Layer {}

    record BatchNorm(int source, int channels) implements Layer {}

    record Relu(int source) implements Layer {}

    record Add(int left, int right) implements Layer {}

    /** The mean over rows and columns. */
    record GlobalAverage(int source) implements Layer {}

    record Linear(int source, int inFeatures, int outFeatures) implements Layer {}
}
