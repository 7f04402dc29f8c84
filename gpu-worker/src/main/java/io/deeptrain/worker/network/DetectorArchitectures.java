package io.deeptrain.worker.network;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The networks of detectors, by template and by name. Their backbones are padded throughout, also where the Inception
 * papers do not: so that a pixel of a map lies where its anchors do.
 */
public enum DetectorArchitectures {
    INCEPTION_V2("Clarifai_InceptionV2", "retinanet-inception-v2", InceptionGraph.EPSILON, 256, 4) {
        @Override
        List<Integer> stages(GraphBuilder graph) {
            return InceptionV3.v2Stages(graph, Borders.KEPT);
        }
    },
    INCEPTION_V4("Clarifai_InceptionV4", "retinanet-inception-v4", InceptionGraph.EPSILON, 256, 4) {
        @Override
        List<Integer> stages(GraphBuilder graph) {
            return InceptionV4.stages(graph, Borders.KEPT);
        }
    },
    SMALL("DeepTrain_SmallDetector", "retinanet-small", Layer.BatchNorm.EPSILON, 64, 2) {
        @Override
        List<Integer> stages(GraphBuilder graph) {
            return ResidualNetwork.narrowStages(graph);
        }
    };

    private final String template;
    private final String architecture;
    private final double epsilon;
    private final int channels;
    private final int depth;

    DetectorArchitectures(String template, String architecture, double epsilon, int channels, int depth) {
        this.template = template;
        this.architecture = architecture;
        this.epsilon = epsilon;
        this.channels = channels;
        this.depth = depth;
    }

    /** Adds the backbone; answers the last value of each of its stages. */
    abstract List<Integer> stages(GraphBuilder graph);

    /** The templates that {@link #ofTemplate} knows. */
    public static List<String> templates() {
        return Stream.of(values()).map(known -> known.template).toList();
    }

    /**
     * The network of a template.
     *
     * @param anchors at each pixel
     * @param regressors boxes of each anchor
     */
    public static Optional<Network> ofTemplate(String template, int concepts, int anchors, int regressors) {
        return Stream.of(values())
                .filter(known -> known.template.equals(template))
                .findFirst()
                .map(known -> known.network(concepts, anchors, regressors));
    }

    /** The network that a published model names. */
    public static Optional<Network> named(String architecture, int concepts, int anchors, int regressors) {
        return Stream.of(values())
                .filter(known -> known.architecture.equals(architecture))
                .findFirst()
                .map(known -> known.network(concepts, anchors, regressors));
    }

    private Network network(int concepts, int anchors, int regressors) {
        return RetinaNet.of(
                architecture,
                new GraphBuilder(epsilon),
                this::stages,
                new RetinaNet.Size(channels, depth),
                concepts,
                anchors,
                regressors);
    }
}
