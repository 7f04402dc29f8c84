package io.deeptrain.worker.network;

import io.deeptrain.worker.network.Layer.Dropout;
import io.deeptrain.worker.network.Layer.Relu;

/**
 * The least memory that a device needs to teach a network: what a step must hold at once, whatever the engine adds. So
 * a batch that does not fit by this rule does not fit, and one that does may still not.
 *
 * @param fixedBytes weights, their gradients, and what the optimizer keeps
 * @param bytesPerImage values that the gradient is computed from: all but those that are written over the value that
 *     they come from
 */
public record MemoryNeed(long fixedBytes, long bytesPerImage) {

    /**
     * What a network needs.
     *
     * @param memories numbers that the optimizer keeps for each parameter
     * @param imageSize rows, and columns, of an image
     */
    public static MemoryNeed of(Network network, int memories, int imageSize) {
        long parameters =
                network.parameters().stream().mapToLong(TensorSpec::size).sum();
        long state = network.tensors().stream().mapToLong(TensorSpec::size).sum();
        var shapes = Shapes.of(network, imageSize, imageSize);
        long kept = shapes.getFirst().size();
        for (int n = 0; n < network.nodes().size(); n++) {
            Layer layer = network.nodes().get(n).layer();
            if (!(layer instanceof Relu || layer instanceof Dropout)) {
                kept += shapes.get(n + 1).size();
            }
        }
        return new MemoryNeed((state + (1 + memories) * parameters) * Float.BYTES, kept * Float.BYTES);
    }

    /** For a batch of so many images. */
    public long bytes(int batchSize) {
        return fixedBytes + batchSize * bytesPerImage;
    }

    /** The largest batch for which so much may be enough; 0 if there is none. */
    public int batchSizeMax(long availableBytes) {
        return Math.clamp((availableBytes - fixedBytes) / bytesPerImage, 0, Integer.MAX_VALUE);
    }
}
