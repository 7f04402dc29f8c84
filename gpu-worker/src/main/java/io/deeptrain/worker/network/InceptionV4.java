package io.deeptrain.worker.network;

import java.util.ArrayList;
import java.util.List;

/**
 * Inception-v4, Szegedy et al. 2016, figures 3 to 9. Tensors are named as in the PyTorch image models library (timm).
 *
 * <p>Stages 1 to 4 of the backbone end with the last layers that are about 4, 8, 16 and 32 times smaller than the
 * image.
 */
public final class InceptionV4 {
    private static final double DROPOUT = 0.2;

    private final InceptionGraph inception;
    private final GraphBuilder graph;

    private InceptionV4(GraphBuilder graph, Borders borders) {
        this.graph = graph;
        this.inception = new InceptionGraph(graph, borders);
    }

    static Network classifier(Borders borders, int concepts) {
        GraphBuilder graph = new GraphBuilder(InceptionGraph.EPSILON);
        int last = new InceptionV4(graph, borders).stages().getLast();
        graph.enter(new Part.Head());
        int features = graph.dropout(graph.globalAverage(last), DROPOUT);
        return graph.classifier(borders.architecture("inception-v4"), graph.linear("last_linear", features, concepts));
    }

    /** Adds the backbone, for images of one size; answers the last value of each of its stages. */
    public static List<Integer> stages(GraphBuilder graph, int imageSize) {
        return new InceptionV4(graph, Borders.of(imageSize)).stages();
    }

    /** Adds the backbone; answers the last value of each of its stages. */
    static List<Integer> stages(GraphBuilder graph, Borders borders) {
        return new InceptionV4(graph, borders).stages();
    }

    private List<Integer> stages() {
        List<Integer> stages = new ArrayList<>();
        int next = 0;
        graph.enter(new Part.Backbone(0));
        int value = inception.cut(feature(next++), GraphBuilder.IMAGE, 32, 2);
        value = inception.cut(feature(next++), value, 32, 1);
        value = inception.unit(feature(next++), value, 64, 3, 3);
        graph.enter(new Part.Backbone(1));
        value = inception.joined(inception.halved(value), inception.cut(feature(next++) + ".conv", value, 96, 2));
        value = stemEnd(feature(next++), value);
        stages.add(value);
        graph.enter(new Part.Backbone(2));
        value = inception.joined(inception.cut(feature(next++) + ".conv", value, 192, 2), inception.halved(value));
        for (int module = 0; module < 4; module++) {
            value = moduleA(feature(next++), value);
        }
        stages.add(value);
        graph.enter(new Part.Backbone(3));
        value = reductionA(feature(next++), value);
        for (int module = 0; module < 7; module++) {
            value = moduleB(feature(next++), value);
        }
        stages.add(value);
        graph.enter(new Part.Backbone(4));
        value = reductionB(feature(next++), value);
        for (int module = 0; module < 3; module++) {
            value = moduleC(feature(next++), value);
        }
        stages.add(value);
        return stages;
    }

    private static String feature(int number) {
        return "features." + number;
    }

    private int stemEnd(String name, int source) {
        int short0 = inception.unit(name + ".branch0.0", source, 64);
        int long0 = inception.unit(name + ".branch1.0", source, 64);
        long0 = inception.unit(name + ".branch1.1", long0, 64, 1, 7);
        long0 = inception.unit(name + ".branch1.2", long0, 64, 7, 1);
        return inception.joined(
                inception.cut(name + ".branch0.1", short0, 96, 1), inception.cut(name + ".branch1.3", long0, 96, 1));
    }

    /** Figure 4. */
    private int moduleA(String name, int source) {
        int twice = inception.unit(name + ".branch2.1", inception.unit(name + ".branch2.0", source, 64), 96, 3, 3);
        return inception.joined(
                inception.unit(name + ".branch0", source, 96),
                inception.unit(name + ".branch1.1", inception.unit(name + ".branch1.0", source, 64), 96, 3, 3),
                inception.unit(name + ".branch2.2", twice, 96, 3, 3),
                inception.unit(name + ".branch3.1", inception.averaged(source), 96));
    }

    /** Figure 7, with k, l, m, n = 192, 224, 256, 384. */
    private int reductionA(String name, int source) {
        int twice = inception.unit(name + ".branch1.1", inception.unit(name + ".branch1.0", source, 192), 224, 3, 3);
        return inception.joined(
                inception.cut(name + ".branch0", source, 384, 2),
                inception.cut(name + ".branch1.2", twice, 256, 2),
                inception.halved(source));
    }

    /** Figure 5. */
    private int moduleB(String name, int source) {
        int seven = inception.unit(name + ".branch1.0", source, 192);
        seven = inception.unit(name + ".branch1.1", seven, 224, 1, 7);
        seven = inception.unit(name + ".branch1.2", seven, 256, 7, 1);
        int twice = inception.unit(name + ".branch2.0", source, 192);
        twice = inception.unit(name + ".branch2.1", twice, 192, 7, 1);
        twice = inception.unit(name + ".branch2.2", twice, 224, 1, 7);
        twice = inception.unit(name + ".branch2.3", twice, 224, 7, 1);
        twice = inception.unit(name + ".branch2.4", twice, 256, 1, 7);
        return inception.joined(
                inception.unit(name + ".branch0", source, 384),
                seven,
                twice,
                inception.unit(name + ".branch3.1", inception.averaged(source), 128));
    }

    /** Figure 8. */
    private int reductionB(String name, int source) {
        int three = inception.unit(name + ".branch0.0", source, 192);
        int seven = inception.unit(name + ".branch1.0", source, 256);
        seven = inception.unit(name + ".branch1.1", seven, 256, 1, 7);
        seven = inception.unit(name + ".branch1.2", seven, 320, 7, 1);
        return inception.joined(
                inception.cut(name + ".branch0.1", three, 192, 2),
                inception.cut(name + ".branch1.3", seven, 320, 2),
                inception.halved(source));
    }

    /** Figure 6. */
    private int moduleC(String name, int source) {
        int three = inception.unit(name + ".branch1_0", source, 384);
        int twice = inception.unit(name + ".branch2_0", source, 384);
        twice = inception.unit(name + ".branch2_1", twice, 448, 3, 1);
        twice = inception.unit(name + ".branch2_2", twice, 512, 1, 3);
        return inception.joined(
                inception.unit(name + ".branch0", source, 256),
                inception.unit(name + ".branch1_1a", three, 256, 1, 3),
                inception.unit(name + ".branch1_1b", three, 256, 3, 1),
                inception.unit(name + ".branch2_3a", twice, 256, 1, 3),
                inception.unit(name + ".branch2_3b", twice, 256, 3, 1),
                inception.unit(name + ".branch3.1", inception.averaged(source), 256));
    }
}
