package io.deeptrain.worker.port;

import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.port.Learner.Pixels;

/** A network that answers, on a device. Belongs to one thread at a time. */
public interface Predictor extends AutoCloseable {

    /** What the network answers. Changes nothing. */
    Answers answers(Pixels pixels);

    @Override
    void close();
}
