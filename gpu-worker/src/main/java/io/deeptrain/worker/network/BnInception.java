package io.deeptrain.worker.network;

import java.util.ArrayList;
import java.util.List;

/**
 * BN-Inception, Ioffe and Szegedy 2015, figure 5: GoogLeNet with batch normalisation and two convolutions of 3 x 3
 * pixels in place of one of 5 x 5. Convolutions have no bias (section 3.2: normalisation subsumes it).
 *
 * <p>What halves a map is padded by one pixel on each side, so that images of every size go through. Stages 1 to 4 of
 * the backbone are the second convolution and the modules 3, 4 and 5, which are 4, 8, 16 and 32 times smaller than the
 * image.
 */
public final class BnInception {
    private static final String ARCHITECTURE = "bn-inception";

    private final InceptionGraph inception;

    private BnInception(GraphBuilder graph) {
        this.inception = new InceptionGraph(graph, Borders.KEPT);
    }

    public static Network classifier(int concepts) {
        GraphBuilder graph = new GraphBuilder(InceptionGraph.EPSILON);
        int features = stages(graph).getLast();
        graph.enter(new Part.Head());
        return graph.classifier(ARCHITECTURE, graph.linear("fc", graph.globalAverage(features), concepts));
    }

    /** Adds the backbone; answers the last value of each of its four stages. */
    public static List<Integer> stages(GraphBuilder graph) {
        return new BnInception(graph).stages();
    }

    private List<Integer> stages() {
        List<Integer> stages = new ArrayList<>();
        GraphBuilder graph = inception.graph();
        graph.enter(new Part.Backbone(0));
        int value = inception.halved(inception.unit("conv1", GraphBuilder.IMAGE, 64, 7, 7, 2));
        graph.enter(new Part.Backbone(1));
        value = inception.unit("conv2.3x3", inception.unit("conv2.3x3_reduce", value, 64), 192, 3, 3);
        stages.add(value);
        graph.enter(new Part.Backbone(2));
        value = inception.halved(value);
        value = module("inception_3a", value, 64, 64, 64, 64, 96, 32);
        value = module("inception_3b", value, 64, 64, 96, 64, 96, 64);
        stages.add(value);
        graph.enter(new Part.Backbone(3));
        value = halving("inception_3c", value, 128, 160, 64, 96);
        value = module("inception_4a", value, 224, 64, 96, 96, 128, 128);
        value = module("inception_4b", value, 192, 96, 128, 96, 128, 128);
        value = module("inception_4c", value, 160, 128, 160, 128, 160, 128);
        value = module("inception_4d", value, 96, 128, 192, 160, 192, 128);
        stages.add(value);
        graph.enter(new Part.Backbone(4));
        value = halving("inception_4e", value, 128, 192, 192, 256);
        value = module("inception_5a", value, 352, 192, 320, 160, 224, 128);
        value = lastModule("inception_5b", value, 352, 192, 320, 192, 224, 128);
        stages.add(value);
        return stages;
    }

    /** The columns of the paper's figure: #1x1, #3x3 reduce, #3x3, double #3x3 reduce, double #3x3, pool proj. */
    private int module(String name, int source, int one, int reduce, int three, int doubleReduce, int twice, int pool) {
        return joined(name, source, inception.averaged(source), one, reduce, three, doubleReduce, twice, pool);
    }

    /** The module whose pool takes the largest. */
    private int lastModule(
            String name, int source, int one, int reduce, int three, int doubleReduce, int twice, int pool) {
        int largest = inception.graph().maxPool(source, Window.padded(3, 3, 1));
        return joined(name, source, largest, one, reduce, three, doubleReduce, twice, pool);
    }

    private int joined(
            String name,
            int source,
            int pooled,
            int one,
            int reduce,
            int three,
            int doubleReduce,
            int twice,
            int pool) {
        return inception.joined(
                inception.unit(name + ".1x1", source, one),
                inception.unit(name + ".3x3", inception.unit(name + ".3x3_reduce", source, reduce), three, 3, 3),
                doubled(name, source, doubleReduce, twice, 1),
                inception.unit(name + ".pool_proj", pooled, pool));
    }

    private int halving(String name, int source, int reduce, int three, int doubleReduce, int twice) {
        return inception.joined(
                inception.unit(name + ".3x3", inception.unit(name + ".3x3_reduce", source, reduce), three, 3, 3, 2),
                doubled(name, source, doubleReduce, twice, 2),
                inception.halved(source));
    }

    private int doubled(String name, int source, int reduce, int channels, int stride) {
        int reduced = inception.unit(name + ".double_3x3_reduce", source, reduce);
        int first = inception.unit(name + ".double_3x3_1", reduced, channels, 3, 3);
        return inception.unit(name + ".double_3x3_2", first, channels, 3, 3, stride);
    }
}
