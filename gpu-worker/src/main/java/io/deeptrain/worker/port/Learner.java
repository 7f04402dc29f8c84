package io.deeptrain.worker.port;

import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.LearnerState;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * A network that learns, on a device. Belongs to one thread at a time. The same state and the same batches give the
 * same state again, bit for bit, on a processor with one thread.
 */
public interface Learner extends AutoCloseable {

    /**
     * One step of gradient descent; answers the loss before it.
     *
     * @param chance seed of what the network leaves to chance, as which features it drops
     */
    float step(Batch batch, long chance, double learningRate);

    /** What the network answers. Changes nothing. */
    Answers answers(Pixels pixels);

    /** Everything that a step changes, copied: the network's tensors, then the optimizer's. */
    LearnerState state();

    /** Goes on from there. */
    void restore(LearnerState state);

    @Override
    void close();

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
