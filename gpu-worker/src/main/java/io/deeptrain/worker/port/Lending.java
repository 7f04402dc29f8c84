package io.deeptrain.worker.port;

import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.worker.attempt.AttemptId;
import java.util.List;

/** Runs ranks of attempts that other workers lead, a process for each of this worker's devices. */
public interface Lending extends AutoCloseable {
    /** Of a worker that shares no attempt with others. */
    Lending NONE = new Lending() {
        @Override
        public void lend(RanksAssigned ranks, List<Integer> places, Runnable over) {
            over.run();
        }

        @Override
        public void takeBack(AttemptId attempt) {}

        @Override
        public void close() {}
    };

    /**
     * Starts the ranks; returns at once.
     *
     * @param places of the GPUs that they get, one for each
     * @param over told once, when none of them runs any more, however they ended: one that ends takes the others with
     *     it
     */
    void lend(RanksAssigned ranks, List<Integer> places, Runnable over);

    /** Ends the ranks of this attempt, if there are any. */
    void takeBack(AttemptId attempt);

    /** Ends all of them. */
    @Override
    void close();
}
