package io.deeptrain.worker.network;

import io.deeptrain.worker.network.Layer.BatchNorm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bottleneck networks of 50 layers: ResNet-50 (He et al. 2015, table 1) and ResNeXt-50 32x4d (Xie et al. 2017,
 * table 1). Where a stage halves the map, its 3 x 3 convolution does, as in most of today's implementations; tensors
 * are named as in torchvision.
 *
 * <p>Stage {@code n} of the backbone is {@code layern}, 4, 8, 16 and 32 times smaller than the image.
 */
public final class ResNet50 {
    private static final int[] UNITS = {3, 4, 6, 3};
    private static final int FIRST_CHANNELS = 64;
    private static final int EXPANSION = 4;

    /**
     * Which of them.
     *
     * @param groups cardinality of the 3 x 3 convolutions
     * @param groupWidth channels of a group in the first stage
     */
    private record Variant(String architecture, int groups, int groupWidth) {}

    private static final Variant RESNET = new Variant("resnet-50", 1, 64);
    private static final Variant RESNEXT = new Variant("resnext-50-32x4d", 32, 4);

    private final GraphBuilder graph;
    private final Variant variant;
    private final double dropPathRate;
    private int unitsBefore;

    private ResNet50(GraphBuilder graph, Variant variant, double dropPathRate) {
        this.graph = graph;
        this.variant = variant;
        this.dropPathRate = dropPathRate;
    }

    public static Network resnet(int concepts) {
        return resnet(concepts, 0);
    }

    /**
     * The same network, of which units are left out for some images while it learns: Huang et al. 2016. Its tensors and
     * its name are the same, because what it answers is.
     *
     * @param dropPathRate how often the last unit is; of those before it the first the least, in even steps
     */
    public static Network resnet(int concepts, double dropPathRate) {
        return classifier(RESNET, concepts, dropPathRate);
    }

    public static Network resnext(int concepts) {
        return classifier(RESNEXT, concepts, 0);
    }

    /** Adds the backbone of ResNet-50; answers the last value of each of its four stages. */
    public static List<Integer> resnetStages(GraphBuilder graph) {
        return new ResNet50(graph, RESNET, 0).stages();
    }

    /** Adds the backbone of ResNeXt-50; answers the last value of each of its four stages. */
    public static List<Integer> resnextStages(GraphBuilder graph) {
        return new ResNet50(graph, RESNEXT, 0).stages();
    }

    private static Network classifier(Variant variant, int concepts, double dropPathRate) {
        GraphBuilder graph = new GraphBuilder(BatchNorm.EPSILON);
        int features = new ResNet50(graph, variant, dropPathRate).stages().getLast();
        graph.enter(new Part.Head());
        return graph.classifier(variant.architecture(), graph.linear("fc", graph.globalAverage(features), concepts));
    }

    private List<Integer> stages() {
        graph.enter(new Part.Backbone(0));
        int stem =
                graph.relu(normalised("conv1", "bn1", GraphBuilder.IMAGE, FIRST_CHANNELS, Window.padded(7, 7, 2), 1));
        int value = graph.maxPool(stem, Window.padded(3, 3, 2));
        List<Integer> stages = new ArrayList<>();
        for (int stage = 0; stage < UNITS.length; stage++) {
            graph.enter(new Part.Backbone(stage + 1));
            for (int unit = 0; unit < UNITS[stage]; unit++) {
                int stride = stage > 0 && unit == 0 ? 2 : 1;
                value = unit("layer%d.%d.".formatted(stage + 1, unit), value, FIRST_CHANNELS << stage, stride);
            }
            stages.add(value);
        }
        return stages;
    }

    private int unit(String name, int source, int width, int stride) {
        int inner = width * variant.groupWidth() / FIRST_CHANNELS * variant.groups();
        int narrow = graph.relu(normalised(name + "conv1", name + "bn1", source, inner, Window.padded(1, 1, 1), 1));
        int seen = graph.relu(
                normalised(name + "conv2", name + "bn2", narrow, inner, Window.padded(3, 3, stride), variant.groups()));
        int residual = normalised(name + "conv3", name + "bn3", seen, width * EXPANSION, Window.padded(1, 1, 1), 1);
        int shortcut = graph.channels(source) == width * EXPANSION
                ? source
                : normalised(
                        name + "downsample.0",
                        name + "downsample.1",
                        source,
                        width * EXPANSION,
                        Window.padded(1, 1, stride),
                        1);
        return graph.relu(graph.add(graph.dropPath(residual, nextDropPathRate()), shortcut));
    }

    private double nextDropPathRate() {
        unitsBefore++;
        return dropPathRate * unitsBefore / Arrays.stream(UNITS).sum();
    }

    private int normalised(String convolution, String norm, int source, int channels, Window window, int groups) {
        return graph.batchNorm(norm, graph.convolution(convolution, source, channels, window, groups));
    }
}
