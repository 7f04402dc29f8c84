package io.deeptrain.worker.network;

import java.util.ArrayList;
import java.util.List;

/**
 * The two networks of Szegedy et al. 2015, "Rethinking the Inception architecture for computer vision".
 *
 * <p>Inception-v3 is the published model, without the auxiliary classifier that only its training had; its tensors are
 * named as in torchvision. Inception-v2 is the layout of the paper's table 1, taken literally: a stem without a second
 * pool, then three, five and two modules. The paper gives the sums of channels of its modules and leaves their shares
 * to a model file; the shares here are those of Inception-v3.
 *
 * <p>Stages 1 to 4 of the backbone end with the last layers that are about 4, 8, 16 and 32 times smaller than the
 * image.
 */
public final class InceptionV3 {
    private static final double DROPOUT = 0.5;
    private static final int[] V3_WIDTHS = {128, 160, 160, 192};
    private static final int[] V2_WIDTHS = {128, 160, 160, 192, 192};

    private final InceptionGraph inception;
    private final GraphBuilder graph;

    private InceptionV3(GraphBuilder graph, Borders borders) {
        this.graph = graph;
        this.inception = new InceptionGraph(graph, borders);
    }

    static Network v3(Borders borders, int concepts) {
        GraphBuilder graph = new GraphBuilder(InceptionGraph.EPSILON);
        return classifier(
                graph, new InceptionV3(graph, borders).v3Stages(), borders.architecture("inception-v3"), concepts);
    }

    static Network v2(Borders borders, int concepts) {
        GraphBuilder graph = new GraphBuilder(InceptionGraph.EPSILON);
        return classifier(
                graph, new InceptionV3(graph, borders).v2Stages(), borders.architecture("inception-v2"), concepts);
    }

    private static Network classifier(GraphBuilder graph, List<Integer> stages, String architecture, int concepts) {
        graph.enter(new Part.Head());
        int features = graph.dropout(graph.globalAverage(stages.getLast()), DROPOUT);
        return graph.classifier(architecture, graph.linear("fc", features, concepts));
    }

    /** Adds the backbone of Inception-v3, for images of one size; answers the last value of each of its stages. */
    public static List<Integer> v3Stages(GraphBuilder graph, int imageSize) {
        return new InceptionV3(graph, Borders.of(imageSize)).v3Stages();
    }

    /** Adds the backbone of Inception-v2, for images of one size; answers the last value of each of its stages. */
    public static List<Integer> v2Stages(GraphBuilder graph, int imageSize) {
        return new InceptionV3(graph, Borders.of(imageSize)).v2Stages();
    }

    /** Adds the backbone of Inception-v2; answers the last value of each of its stages. */
    static List<Integer> v2Stages(GraphBuilder graph, Borders borders) {
        return new InceptionV3(graph, borders).v2Stages();
    }

    private List<Integer> v3Stages() {
        List<Integer> stages = new ArrayList<>();
        int value = inception.unit("Conv2d_3b_1x1", stem(), 80);
        value = inception.cut("Conv2d_4a_3x3", value, 192, 1);
        stages.add(value);
        graph.enter(new Part.Backbone(2));
        value = inception.halved(value);
        value = square("Mixed_5b", value, 32);
        value = square("Mixed_5c", value, 64);
        value = square("Mixed_5d", value, 64);
        stages.add(value);
        lastStages(stages, V3_WIDTHS);
        return stages;
    }

    private List<Integer> v2Stages() {
        List<Integer> stages = new ArrayList<>();
        int value = inception.cut("Conv2d_3b_3x3", stem(), 80, 1);
        stages.add(value);
        graph.enter(new Part.Backbone(2));
        value = inception.cut("Conv2d_4a_3x3", value, 192, 2);
        value = inception.unit("Conv2d_4b_3x3", value, 288, 3, 3);
        value = square("Mixed_5b", value, 64);
        value = square("Mixed_5c", value, 64);
        value = square("Mixed_5d", value, 64);
        stages.add(value);
        lastStages(stages, V2_WIDTHS);
        return stages;
    }

    private int stem() {
        graph.enter(new Part.Backbone(0));
        int value = inception.cut("Conv2d_1a_3x3", GraphBuilder.IMAGE, 32, 2);
        value = inception.cut("Conv2d_2a_3x3", value, 32, 1);
        value = inception.unit("Conv2d_2b_3x3", value, 64, 3, 3);
        value = inception.halved(value);
        graph.enter(new Part.Backbone(1));
        return value;
    }

    private void lastStages(List<Integer> stages, int[] widths) {
        graph.enter(new Part.Backbone(3));
        int value = smaller("Mixed_6a", stages.getLast());
        for (int n = 0; n < widths.length; n++) {
            value = factorised("Mixed_6" + (char) ('b' + n), value, widths[n]);
        }
        stages.add(value);
        graph.enter(new Part.Backbone(4));
        value = smallest("Mixed_7a", value);
        value = expanded("Mixed_7b", value);
        stages.add(expanded("Mixed_7c", value));
    }

    /** Figure 5: 5 x 5 becomes 3 x 3 twice. */
    private int square(String name, int source, int pool) {
        int five = inception.unit(name + ".branch5x5_2", inception.unit(name + ".branch5x5_1", source, 48), 64, 5, 5);
        return inception.joined(
                inception.unit(name + ".branch1x1", source, 64),
                five,
                inception.unit(name + ".branch3x3dbl_3", doubled(name, source), 96, 3, 3),
                inception.unit(name + ".branch_pool", pooled(source), pool));
    }

    private int doubled(String name, int source) {
        return inception.unit(name + ".branch3x3dbl_2", inception.unit(name + ".branch3x3dbl_1", source, 64), 96, 3, 3);
    }

    /** Its padding counts, in this network alone. */
    private int pooled(int source) {
        return graph.averagePool(source, Window.padded(3, 3, 1));
    }

    private int smaller(String name, int source) {
        return inception.joined(
                inception.cut(name + ".branch3x3", source, 384, 2),
                inception.cut(name + ".branch3x3dbl_3", doubled(name, source), 96, 2),
                inception.halved(source));
    }

    /** Figure 6: 7 x 7 becomes 1 x 7 and 7 x 1. */
    private int factorised(String name, int source, int width) {
        int seven = inception.unit(name + ".branch7x7_1", source, width);
        seven = inception.unit(name + ".branch7x7_2", seven, width, 1, 7);
        seven = inception.unit(name + ".branch7x7_3", seven, 192, 7, 1);
        int twice = inception.unit(name + ".branch7x7dbl_1", source, width);
        twice = inception.unit(name + ".branch7x7dbl_2", twice, width, 7, 1);
        twice = inception.unit(name + ".branch7x7dbl_3", twice, width, 1, 7);
        twice = inception.unit(name + ".branch7x7dbl_4", twice, width, 7, 1);
        twice = inception.unit(name + ".branch7x7dbl_5", twice, 192, 1, 7);
        return inception.joined(
                inception.unit(name + ".branch1x1", source, 192),
                seven,
                twice,
                inception.unit(name + ".branch_pool", pooled(source), 192));
    }

    private int smallest(String name, int source) {
        int three = inception.cut(name + ".branch3x3_2", inception.unit(name + ".branch3x3_1", source, 192), 320, 2);
        int seven = inception.unit(name + ".branch7x7x3_1", source, 192);
        seven = inception.unit(name + ".branch7x7x3_2", seven, 192, 1, 7);
        seven = inception.unit(name + ".branch7x7x3_3", seven, 192, 7, 1);
        seven = inception.cut(name + ".branch7x7x3_4", seven, 192, 2);
        return inception.joined(three, seven, inception.halved(source));
    }

    /** Figure 7: branches that end in two, against the representational bottleneck. */
    private int expanded(String name, int source) {
        int three = inception.unit(name + ".branch3x3_1", source, 384);
        int twice = inception.unit(
                name + ".branch3x3dbl_2", inception.unit(name + ".branch3x3dbl_1", source, 448), 384, 3, 3);
        return inception.joined(
                inception.unit(name + ".branch1x1", source, 320),
                inception.unit(name + ".branch3x3_2a", three, 384, 1, 3),
                inception.unit(name + ".branch3x3_2b", three, 384, 3, 1),
                inception.unit(name + ".branch3x3dbl_3a", twice, 384, 1, 3),
                inception.unit(name + ".branch3x3dbl_3b", twice, 384, 3, 1),
                inception.unit(name + ".branch_pool", pooled(source), 192));
    }
}
