package io.deeptrain.worker.network;

import io.deeptrain.worker.network.Layer.BatchNorm;
import java.util.ArrayList;
import java.util.List;

/** The residual networks for small images of He et al. 2015, section 4.2: three stages of 16, 32 and 64 channels. */
public final class ResidualNetwork {
    private static final int STAGES = 3;
    private static final int FIRST_CHANNELS = 16;
    private static final List<Integer> NARROW_CHANNELS = List.of(32, 64, 128, 256);

    private final GraphBuilder graph;

    private ResidualNetwork(GraphBuilder graph) {
        this.graph = graph;
    }

    /** Depth 6n + 2 for n residual units a stage. A shortcut that changes shape is a convolution of one pixel. */
    public static Network cifar(int unitsPerStage, int concepts) {
        return new ResidualNetwork(new GraphBuilder(BatchNorm.EPSILON)).build(unitsPerStage, concepts);
    }

    /**
     * Adds a backbone of units like these; answers the last value of each of its four stages, which are 4, 8, 16 and 32
     * times smaller than the image.
     */
    static List<Integer> narrowStages(GraphBuilder graph) {
        return new ResidualNetwork(graph).narrowStages();
    }

    private List<Integer> narrowStages() {
        graph.enter(new Part.Backbone(0));
        int value = graph.relu(normalised("conv1", "bn1", GraphBuilder.IMAGE, FIRST_CHANNELS, 3, 2));
        List<Integer> stages = new ArrayList<>();
        for (int stage = 0; stage < NARROW_CHANNELS.size(); stage++) {
            graph.enter(new Part.Backbone(stage + 1));
            value = unit("layer%d.0.".formatted(stage + 1), value, NARROW_CHANNELS.get(stage));
            stages.add(value);
        }
        return stages;
    }

    private Network build(int unitsPerStage, int concepts) {
        int value = graph.relu(normalised("conv1", "bn1", GraphBuilder.IMAGE, FIRST_CHANNELS, 3, 1));
        for (int stage = 0; stage < STAGES; stage++) {
            graph.enter(new Part.Backbone(stage + 1));
            for (int unit = 0; unit < unitsPerStage; unit++) {
                value = unit("layer%d.%d.".formatted(stage + 1, unit), value, FIRST_CHANNELS << stage);
            }
        }
        graph.enter(new Part.Head());
        return graph.classifier(
                "cifar-resnet-" + (6 * unitsPerStage + 2), graph.linear("fc", graph.globalAverage(value), concepts));
    }

    private int unit(String name, int source, int channels) {
        boolean same = graph.channels(source) == channels;
        int stride = same ? 1 : 2;
        int inner = graph.relu(normalised(name + "conv1", name + "bn1", source, channels, 3, stride));
        int residual = normalised(name + "conv2", name + "bn2", inner, channels, 3, 1);
        int shortcut =
                same ? source : normalised(name + "downsample.0", name + "downsample.1", source, channels, 1, stride);
        return graph.relu(graph.add(residual, shortcut));
    }

    private int normalised(String convolution, String norm, int source, int channels, int kernel, int stride) {
        return graph.batchNorm(
                norm, graph.convolution(convolution, source, channels, Window.padded(kernel, kernel, stride), 1));
    }
}
