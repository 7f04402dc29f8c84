package io.deeptrain.worker.objective;

import io.deeptrain.worker.detection.AnchorSettings;
import io.deeptrain.worker.detection.DetectorSettings;
import io.deeptrain.worker.detection.PointSettings;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Network;
import java.nio.FloatBuffer;

/** What a network is to learn: how its answers are read, and the loss that says how wrong they are. */
public sealed interface Objective {
    /** What the network's answers to images of one size are compared with. */
    Targets targets(Network network, int imageSize);

    /** To say which concepts an image shows: cross entropy, of all concepts together or of each by itself. */
    record Classification(Activation activation) implements Objective {

        @Override
        public Targets targets(Network network, int imageSize) {
            return shares(network, activation);
        }
    }

    /**
     * To place images so that those of one concept are near each other, by telling the concepts apart: a network that
     * does has features that lie so.
     */
    record Placement(Activation activation) implements Objective {
        @Override
        public Targets targets(Network network, int imageSize) {
            return shares(network, activation);
        }
    }

    /**
     * To place images at an angle to other concepts: the additive angular margin loss of Deng et al. 2019 (ArcFace).
     *
     * @param scale radius of the sphere that embeddings are scaled to, {@code s} in the paper
     * @param margin angle in radians that an image must be nearer to its own concept than to others, {@code m}
     */
    record AngularMargin(double scale, double margin) implements Objective {
        public AngularMargin {
            if (!(scale > 0) || !(margin >= 0 && margin < Math.PI / 2)) {
                throw new IllegalArgumentException(
                        "angular_scale must be above 0 and angular_margin from 0 to %s: %s, %s"
                                .formatted(Math.PI / 2, scale, margin));
            }
        }

        @Override
        public Targets targets(Network network, int imageSize) {
            return shares(network, Activation.SOFTMAX);
        }
    }

    /** For each concept how much it is shown. */
    private static Targets shares(Network network, Activation activation) {
        int concepts = network.concepts();
        return new Targets() {
            @Override
            public int perImage() {
                return concepts;
            }

            @Override
            public void write(Labels labels, FloatBuffer into, int at) {
                float share =
                        activation == Activation.SOFTMAX ? 1f / labels.shown().size() : 1;
                for (int position : labels.shown()) {
                    into.put(at + position, share);
                }
            }
        };
    }

    /** To say where an image shows which concepts: see {@link DetectorSettings}. */
    record ObjectDetection(DetectorSettings settings) implements Objective {
        @Override
        public Targets targets(Network network, int imageSize) {
            return switch (settings) {
                case AnchorSettings anchors -> new AnchorTargets(network, anchors, imageSize);
                case PointSettings _ -> new PointTargets(network, imageSize);
            };
        }
    }
}
