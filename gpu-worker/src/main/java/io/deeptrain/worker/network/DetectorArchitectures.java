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
    },
    ANCHOR_FREE("DeepTrain_AnchorFreeDetector", "fcos-small", Layer.BatchNorm.EPSILON, 64, 2) {
        @Override
        List<Integer> stages(GraphBuilder graph) {
            return ResidualNetwork.narrowStages(graph);
        }

        @Override
        boolean hasAnchors() {
            return false;
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

    /** Whether its boxes start from others, or from points. */
    boolean hasAnchors() {
        return true;
    }

    /** Whether the template's boxes start from points; those of others start from anchors. */
    public static boolean isAnchorFree(String template) {
        return Stream.of(values()).anyMatch(known -> known.template.equals(template) && !known.hasAnchors());
    }

    /** The network of a template; nothing if there is none with such a head. */
    public static Optional<Network> ofTemplate(String template, int concepts, DetectorHead head) {
        return Stream.of(values())
                .filter(known -> known.template.equals(template))
                .findFirst()
                .flatMap(known -> known.network(concepts, head));
    }

    /** The network that a published model names; nothing if there is none with such a head. */
    public static Optional<Network> named(String architecture, int concepts, DetectorHead head) {
        return Stream.of(values())
                .filter(known -> known.architecture.equals(architecture))
                .findFirst()
                .flatMap(known -> known.network(concepts, head));
    }

    private Optional<Network> network(int concepts, DetectorHead head) {
        if (hasAnchors() != head instanceof DetectorHead.Anchored) {
            return Optional.empty();
        }
        GraphBuilder graph = new GraphBuilder(epsilon);
        FeaturePyramid pyramid = FeaturePyramid.on(graph, this::stages, new FeaturePyramid.Size(channels, depth));
        return Optional.of(
                switch (head) {
                    case DetectorHead.Anchored(int perPixel, int regressors) ->
                        RetinaNet.of(architecture, graph, pyramid, concepts, perPixel, regressors);
                    case DetectorHead.AnchorFree() -> Fcos.of(architecture, graph, pyramid, concepts);
                });
    }
}
