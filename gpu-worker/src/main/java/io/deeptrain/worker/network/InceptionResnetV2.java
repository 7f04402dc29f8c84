package io.deeptrain.worker.network;

import io.deeptrain.worker.network.Layer.Add;
import io.deeptrain.worker.network.Layer.Bias;
import io.deeptrain.worker.network.Layer.Convolution;
import java.util.ArrayList;
import java.util.List;

/**
 * Inception-ResNet-v2, Szegedy et al. 2016, as its authors published it: the stem and first module of Inception-v3,
 * then 10, 20 and 10 modules whose answer is scaled down and added to what they saw. Tensors are named as in the
 * PyTorch image models library (timm).
 *
 * <p>Stages 1 to 4 of the backbone end with the last layers that are about 4, 8, 16 and 32 times smaller than the
 * image.
 */
public final class InceptionResnetV2 {
    private static final double DROPOUT = 0.2;
    private static final double SCALE_A = 0.17;
    private static final double SCALE_B = 0.10;
    private static final double SCALE_C = 0.20;

    private final InceptionGraph inception;
    private final GraphBuilder graph;

    private InceptionResnetV2(GraphBuilder graph, Borders borders) {
        this.graph = graph;
        this.inception = new InceptionGraph(graph, borders);
    }

    static Network classifier(Borders borders, int concepts) {
        GraphBuilder graph = new GraphBuilder(InceptionGraph.EPSILON);
        int last = new InceptionResnetV2(graph, borders).stages().getLast();
        graph.enter(new Part.Head());
        int features = graph.dropout(graph.globalAverage(last), DROPOUT);
        return graph.classifier(
                borders.architecture("inception-resnet-v2"), graph.linear("classif", features, concepts));
    }

    /** Adds the backbone, for images of one size; answers the last value of each of its stages. */
    public static List<Integer> stages(GraphBuilder graph, int imageSize) {
        return new InceptionResnetV2(graph, Borders.of(imageSize)).stages();
    }

    private List<Integer> stages() {
        List<Integer> stages = new ArrayList<>();
        graph.enter(new Part.Backbone(0));
        int value = inception.cut("conv2d_1a", GraphBuilder.IMAGE, 32, 2);
        value = inception.cut("conv2d_2a", value, 32, 1);
        value = inception.unit("conv2d_2b", value, 64, 3, 3);
        graph.enter(new Part.Backbone(1));
        value = inception.unit("conv2d_3b", inception.halved(value), 80);
        value = inception.cut("conv2d_4a", value, 192, 1);
        stages.add(value);
        graph.enter(new Part.Backbone(2));
        value = first("mixed_5b", inception.halved(value));
        for (int module = 0; module < 10; module++) {
            value = moduleA("repeat." + module, value);
        }
        stages.add(value);
        graph.enter(new Part.Backbone(3));
        value = reductionA("mixed_6a", value);
        for (int module = 0; module < 20; module++) {
            value = moduleB("repeat_1." + module, value);
        }
        stages.add(value);
        graph.enter(new Part.Backbone(4));
        value = reductionB("mixed_7a", value);
        for (int module = 0; module < 9; module++) {
            value = graph.relu(moduleC("repeat_2." + module, value, SCALE_C));
        }
        value = moduleC("block8", value, 1);
        stages.add(inception.unit("conv2d_7b", value, 1536));
        return stages;
    }

    private int first(String name, int source) {
        int twice = inception.unit(name + ".branch2.1", inception.unit(name + ".branch2.0", source, 64), 96, 3, 3);
        return inception.joined(
                inception.unit(name + ".branch0", source, 96),
                inception.unit(name + ".branch1.1", inception.unit(name + ".branch1.0", source, 48), 64, 5, 5),
                inception.unit(name + ".branch2.2", twice, 96, 3, 3),
                inception.unit(name + ".branch3.1", inception.averaged(source), 64));
    }

    /** On maps of 35 x 35 pixels, if images have 299. */
    private int moduleA(String name, int source) {
        int twice = inception.unit(name + ".branch2.1", inception.unit(name + ".branch2.0", source, 32), 48, 3, 3);
        int seen = inception.joined(
                inception.unit(name + ".branch0", source, 32),
                inception.unit(name + ".branch1.1", inception.unit(name + ".branch1.0", source, 32), 32, 3, 3),
                inception.unit(name + ".branch2.2", twice, 64, 3, 3));
        return graph.relu(residual(name, source, seen, SCALE_A));
    }

    private int reductionA(String name, int source) {
        int twice = inception.unit(name + ".branch1.1", inception.unit(name + ".branch1.0", source, 256), 256, 3, 3);
        return inception.joined(
                inception.cut(name + ".branch0", source, 384, 2),
                inception.cut(name + ".branch1.2", twice, 384, 2),
                inception.halved(source));
    }

    /** On maps of 17 x 17 pixels. */
    private int moduleB(String name, int source) {
        int seven = inception.unit(name + ".branch1.1", inception.unit(name + ".branch1.0", source, 128), 160, 1, 7);
        int seen = inception.joined(
                inception.unit(name + ".branch0", source, 192), inception.unit(name + ".branch1.2", seven, 192, 7, 1));
        return graph.relu(residual(name, source, seen, SCALE_B));
    }

    private int reductionB(String name, int source) {
        int twice = inception.unit(name + ".branch2.1", inception.unit(name + ".branch2.0", source, 256), 288, 3, 3);
        return inception.joined(
                inception.cut(name + ".branch0.1", inception.unit(name + ".branch0.0", source, 256), 384, 2),
                inception.cut(name + ".branch1.1", inception.unit(name + ".branch1.0", source, 256), 288, 2),
                inception.cut(name + ".branch2.2", twice, 320, 2),
                inception.halved(source));
    }

    /** On maps of 8 x 8 pixels. */
    private int moduleC(String name, int source, double scale) {
        int three = inception.unit(name + ".branch1.1", inception.unit(name + ".branch1.0", source, 192), 224, 1, 3);
        int seen = inception.joined(
                inception.unit(name + ".branch0", source, 192), inception.unit(name + ".branch1.2", three, 256, 3, 1));
        return residual(name, source, seen, scale);
    }

    private int residual(String name, int source, int seen, double scale) {
        int answer = graph.add(
                name + ".conv2d",
                new Convolution(
                        seen,
                        graph.channels(seen),
                        graph.channels(source),
                        Window.square(1, 1, 0),
                        1,
                        new Bias.Learned(0)));
        return graph.add(new Add(source, answer, scale));
    }
}
