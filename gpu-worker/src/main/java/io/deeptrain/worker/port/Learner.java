package io.deeptrain.worker.port;

import io.deeptrain.worker.network.LearnerState;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * A network that learns, on a device. Belongs to one thread at a time. The same state and the same steps give the same
 * state again, bit for bit, on a processor with one thread.
 */
public interface Learner extends Predictor {

    /**
     * One step of gradient descent; answers the loss before it: in a gang, that of all ranks' images together. Not a
     * number, too, where the loss's gradient is out of range however little the loss is scaled.
     */
    float step(Batch batch, Step step);

    /** Everything that a step changes, copied: the network's tensors, then the optimizer's. */
    LearnerState state();

    /** Goes on from there. */
    void restore(LearnerState state);

    /**
     * What is particular about a step.
     *
     * @param number of steps before it
     * @param learningRate of the head
     * @param chance seed of what the network leaves to chance, as which features it drops
     * @param share what the batch is of all that the step learns from
     */
    record Step(long number, double learningRate, long chance, Share share) {
        /** A step that learns from one batch alone. */
        public Step(long number, double learningRate, long chance) {
            this(number, learningRate, chance, Share.WHOLE);
        }
    }

    /**
     * How much a rank's part of a batch counts beside the others': 1 for all parts together.
     *
     * @param loss the part of its loss, and so of its gradient
     * @param images the part of its images, and so of their statistics
     */
    record Share(double loss, double images) {
        /** There are no others. */
        public static final Share WHOLE = new Share(1, 1);
    }

    /**
     * Images as bytes in the order image, colour, row, column.
     *
     * @param bytes shared, not copied; its position does not change
     */
    record Pixels(ByteBuffer bytes, int images, int size) {}

    /**
     * Images and what they show.
     *
     * @param targets as many numbers for each image as the objective has, image by image; shared, not copied
     */
    record Batch(Pixels pixels, FloatBuffer targets) {}
}
