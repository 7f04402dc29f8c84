package io.deeptrain.worker.network;

import io.deeptrain.worker.network.Layer.Bias;
import io.deeptrain.worker.network.Layer.Convolution;
import io.deeptrain.worker.network.Layer.Upsample;
import io.deeptrain.worker.network.TensorSpec.Start;
import io.deeptrain.worker.network.ValueShape.Maps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * RetinaNet, Lin et al. 2017, "Focal loss for dense object detection": a feature pyramid (Lin et al. 2017, "Feature
 * pyramid networks for object detection") on a backbone, and two heads that look at each of its levels with the same
 * weights.
 *
 * <p>For each level there are two outputs. {@code classes.p3} has a logit for each anchor of a pixel and each concept,
 * {@code boxes.p3} the coded boxes of each anchor, one or one for each concept; in the order anchor, concept, number.
 *
 * <p>The paper starts its heads' inner layers so small that a pretrained backbone is needed to learn at all soon; here
 * they start as He et al. 2015 advise, and only the last layers as in the paper.
 */
public final class RetinaNet {
    /** The levels of the pyramid, each half as fine as the one before. The first is 8 times smaller than the image. */
    public static final List<String> LEVELS = List.of("p3", "p4", "p5", "p6", "p7");

    /** What an anchor's score for a concept is before the first step: most anchors show nothing. */
    public static final double PRIOR = 0.01;

    private static final double LAST_DEVIATION = 0.01;
    private static final int BOX_NUMBERS = 4;

    /**
     * How large the part on top of a backbone is; in the paper 256 channels and 4 layers.
     *
     * @param channels of each level of the pyramid, and of the heads
     * @param depth layers of a head before its last
     */
    record Size(int channels, int depth) {}

    private final GraphBuilder graph;
    private final Size size;

    private RetinaNet(GraphBuilder graph, Size size) {
        this.graph = graph;
        this.size = size;
    }

    /** What the output with a level's scores is called. */
    public static String classes(String level) {
        return "classes." + level;
    }

    /** What the output with a level's boxes is called. */
    public static String boxes(String level) {
        return "boxes." + level;
    }

    /** How many rows, and columns, each level's map has for square images of one size. */
    public static List<Integer> sides(Network network, int imageSize) {
        List<ValueShape> shapes = Shapes.of(network, imageSize, imageSize);
        return LEVELS.stream()
                .map(level -> ((Maps) shapes.get(network.output(classes(level)))).rows())
                .toList();
    }

    /**
     * A detector.
     *
     * @param backbone adds a backbone; answers its last values that are 4, 8, 16 and 32 times smaller than the image
     * @param anchors at each pixel
     * @param regressors boxes of each anchor
     */
    static Network of(
            String architecture,
            GraphBuilder graph,
            Function<GraphBuilder, List<Integer>> backbone,
            Size size,
            int concepts,
            int anchors,
            int regressors) {
        List<Integer> stages = backbone.apply(graph);
        graph.enter(new Part.Head());
        RetinaNet head = new RetinaNet(graph, size);
        List<Integer> pyramid = head.pyramid(stages.subList(1, stages.size()));
        float logit = (float) -Math.log((1 - PRIOR) / PRIOR);
        SequencedMap<String, Integer> outputs = new LinkedHashMap<>();
        for (int level = 0; level < LEVELS.size(); level++) {
            outputs.put(
                    classes(LEVELS.get(level)),
                    head.head("head.classification", pyramid.get(level), anchors * concepts, logit));
        }
        for (int level = 0; level < LEVELS.size(); level++) {
            outputs.put(
                    boxes(LEVELS.get(level)),
                    head.head("head.regression", pyramid.get(level), anchors * regressors * BOX_NUMBERS, 0));
        }
        return graph.network(architecture, outputs);
    }

    private List<Integer> pyramid(List<Integer> stages) {
        List<Integer> levels = new ArrayList<>();
        int above = -1;
        for (int stage = stages.size() - 1; stage >= 0; stage--) {
            int lateral = convolution("fpn.inner." + stage, stages.get(stage), size.channels(), Window.padded(1, 1, 1));
            above = above < 0 ? lateral : graph.add(lateral, graph.add(new Upsample(above, lateral)));
            levels.addFirst(convolution("fpn.layer." + stage, above, size.channels(), Window.padded(3, 3, 1)));
        }
        int p6 = convolution("fpn.p6", stages.getLast(), size.channels(), Window.padded(3, 3, 2));
        levels.add(p6);
        levels.add(convolution("fpn.p7", graph.relu(p6), size.channels(), Window.padded(3, 3, 2)));
        return levels;
    }

    private int convolution(String name, int source, int channels, Window window) {
        return graph.add(
                name,
                new Convolution(
                        source,
                        graph.channels(source),
                        channels,
                        window,
                        1,
                        new Start.Normal(Start.LINEAR_GAIN, graph.channels(source) * window.rows() * window.columns()),
                        new Bias.Learned(0)));
    }

    private int head(String name, int level, int channels, float bias) {
        Window window = Window.padded(3, 3, 1);
        int value = level;
        for (int layer = 0; layer < size.depth(); layer++) {
            value = graph.relu(graph.add(
                    name + ".conv." + layer,
                    new Convolution(value, graph.channels(value), size.channels(), window, 1, new Bias.Learned(0))));
        }
        int inputs = graph.channels(value) * window.rows() * window.columns();
        return graph.add(
                name + ".last",
                new Convolution(
                        value,
                        graph.channels(value),
                        channels,
                        window,
                        1,
                        new Start.Normal(LAST_DEVIATION * LAST_DEVIATION * inputs, inputs),
                        new Bias.Learned(bias)));
    }
}
