package io.deeptrain.worker.objective;

import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Network;
import java.nio.FloatBuffer;

/** What a network is to learn: how its answers are read, and the loss that says how wrong they are. */
public sealed interface Objective {
    /** What the network's answers to images of one size are compared with. */
    Targets targets(Network network, int imageSize);

    /** To say which concepts an image shows: cross entropy, of all concepts together or of each by itself. */
    record Classification(Activation activation) implements Objective {

        /** For each concept how much it is shown. */
        @Override
        public Targets targets(Network network, int imageSize) {
            int concepts = network.concepts();
            return new Targets() {
                @Override
                public int perImage() {
                    return concepts;
                }

                @Override
                public void write(Labels labels, FloatBuffer into, int at) {
                    float share = activation == Activation.SOFTMAX
                            ? 1f / labels.shown().size()
                            : 1;
                    for (int position : labels.shown()) {
                        into.put(at + position, share);
                    }
                }
            };
        }
    }
}
