package io.deeptrain.scheduler.placement;

import io.deeptrain.event.WorkerId;
import java.util.List;

/**
 * What one job got. It is given back as a whole.
 *
 * @param number no two grants of an inventory have the same
 */
public record Grant(long number, Shape shape, List<Part> parts) {
    public Grant {
        parts = List.copyOf(parts);
    }

    /**
     * What the job got of one worker.
     *
     * @param workers how many of the shape's workers it stands for
     * @param gpus their numbers on the worker, from 0
     */
    public record Part(WorkerId workerId, int workers, List<Integer> gpus) {
        public Part {
            gpus = List.copyOf(gpus);
        }
    }
}
