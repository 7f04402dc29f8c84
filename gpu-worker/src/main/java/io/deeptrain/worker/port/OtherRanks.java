package io.deeptrain.worker.port;

import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Step;
import java.util.List;

/** The other ranks of a gang, as rank 0 tells them what to do. Belongs to one thread at a time. */
public interface OtherRanks extends AutoCloseable {
    /** One rank's part of a step. */
    record Part(Batch batch, Step step) {}

    /** How many there are besides rank 0. */
    int count();

    /**
     * Each takes a step; returns before they have.
     *
     * @param parts of rank 1, then of rank 2, and so on
     * @throws RankLostException if one does not hear
     */
    void step(List<Part> parts);

    /** All go on from there. */
    void restore(LearnerState state);

    /**
     * Makes sure that all ranks have learned the same, bit for bit, by the SHA-256 of what they have.
     *
     * @param state rank 0's
     * @throws RanksDifferException if they have not
     */
    void requireSame(LearnerState state);

    /** The same loss, with what can be found out about it. */
    RankLostException explained(RankLostException lost);

    /** They end. */
    @Override
    void close();
}
