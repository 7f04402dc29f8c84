package io.deeptrain.worker.network;

import io.deeptrain.worker.network.Layer.Bias;
import io.deeptrain.worker.network.Layer.Convolution;
import io.deeptrain.worker.network.Layer.Upsample;
import io.deeptrain.worker.network.TensorSpec.Start;
import io.deeptrain.worker.network.ValueShape.Maps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a dense detector looks at: a feature pyramid (Lin et al. 2017, "Feature pyramid networks for object detection")
 * on a backbone, and what its heads are made of, which look at each level with the same weights.
 *
 * <p>Of each level the detector answers two outputs at least: {@code classes.p3}, {@code boxes.p3} and so on.
 */
public final class FeaturePyramid {
    /** The levels of the pyramid, each half as fine as the one before. The first is 8 times smaller than the image. */
    public static final List<String> LEVELS = List.of("p3", "p4", "p5", "p6", "p7");

    /** What the score for a concept is before the first step, wherever it is looked for: most places show nothing. */
    public static final double PRIOR = 0.01;

    /** The logit of {@link #PRIOR}. */
    static final float PRIOR_LOGIT = (float) -Math.log((1 - PRIOR) / PRIOR);

    private static final double LAST_DEVIATION = 0.01;

    /**
     * How large the part on top of a backbone is; in the papers 256 channels and 4 layers.
     *
     * @param channels of each level of the pyramid, and of the heads
     * @param depth layers of a head before its last
     */
    record Size(int channels, int depth) {}

    private final GraphBuilder graph;
    private final Size size;
    private final List<Integer> levels;

    private FeaturePyramid(GraphBuilder graph, Size size, List<Integer> levels) {
        this.graph = graph;
        this.size = size;
        this.levels = levels;
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
     * A pyramid on a backbone; what is added from now on is the head.
     *
     * @param backbone adds a backbone; answers its last values that are 4, 8, 16 and 32 times smaller than the image
     */
    static FeaturePyramid on(GraphBuilder graph, Function<GraphBuilder, List<Integer>> backbone, Size size) {
        List<Integer> stages = backbone.apply(graph);
        graph.enter(new Part.Head());
        List<Integer> levels = new ArrayList<>();
        FeaturePyramid pyramid = new FeaturePyramid(graph, size, levels);
        int above = -1;
        for (int stage = stages.size() - 1; stage >= 1; stage--) {
            int lateral = pyramid.convolution("fpn.inner." + (stage - 1), stages.get(stage), Window.padded(1, 1, 1));
            above = above < 0 ? lateral : graph.add(lateral, graph.add(new Upsample(above, lateral)));
            levels.addFirst(pyramid.convolution("fpn.layer." + (stage - 1), above, Window.padded(3, 3, 1)));
        }
        int p6 = pyramid.convolution("fpn.p6", stages.getLast(), Window.padded(3, 3, 2));
        levels.add(p6);
        levels.add(pyramid.convolution("fpn.p7", graph.relu(p6), Window.padded(3, 3, 2)));
        return pyramid;
    }

    /** The values of {@link #LEVELS}. */
    List<Integer> levels() {
        return levels;
    }

    private int convolution(String name, int source, Window window) {
        return graph.add(
                name,
                new Convolution(
                        source,
                        graph.channels(source),
                        size.channels(),
                        window,
                        1,
                        new Start.Normal(Start.LINEAR_GAIN, graph.channels(source) * window.rows() * window.columns()),
                        new Bias.Learned(0)));
    }

    /** The inner layers of a head. They start as He et al. 2015 advise: the papers' start needs a trained backbone. */
    int tower(String head, int level) {
        Window window = Window.padded(3, 3, 1);
        int value = level;
        for (int layer = 0; layer < size.depth(); layer++) {
            value = graph.relu(graph.add(
                    head + ".conv." + layer,
                    new Convolution(value, graph.channels(value), size.channels(), window, 1, new Bias.Learned(0))));
        }
        return value;
    }

    /** A head's last layer, which starts as in the papers. */
    int last(String name, int value, int channels, float bias) {
        Window window = Window.padded(3, 3, 1);
        int inputs = graph.channels(value) * window.rows() * window.columns();
        return graph.add(
                name,
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
