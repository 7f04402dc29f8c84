package io.deeptrain.worker.attempt;

import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import java.util.List;

/** What the protocol wants done, in this order. */
public sealed interface WorkerAction {
    /** Tell everyone; say {@link WorkerInput.Acknowledged} when the broker has it. */
    record Publish(AttemptEvent event) implements WorkerAction {}

    /** Tell the scheduler that this worker lives. Not repeated when lost: the next is due in a second. */
    record SendBeat(WorkerBeat beat) implements WorkerAction {}

    record Instruct(TrainerOrder order) implements WorkerAction {}

    /**
     * Run these ranks; say {@link WorkerInput.GivenBack} when none of them runs any more, however they ended.
     *
     * @param places of the GPUs that they get, one for each
     */
    record Lend(RanksAssigned ranks, List<Integer> places) implements WorkerAction {
        public Lend {
            places = List.copyOf(places);
        }
    }

    /** End the ranks of this attempt. */
    record TakeBack(AttemptId attempt) implements WorkerAction {}

    /** Drained, and everything said has been heard: the process may end, or is to if nobody has asked for that. */
    record Leave() implements WorkerAction {}
}
