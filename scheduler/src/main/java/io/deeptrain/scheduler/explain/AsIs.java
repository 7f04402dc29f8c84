package io.deeptrain.scheduler.explain;

import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import java.util.List;

/**
 * The queue as it is, to compare with.
 *
 * @param waiting in their order
 */
public record AsIs(EngineSnapshot snapshot, Forecast forecast, List<JobId> waiting) {
    public AsIs {
        waiting = List.copyOf(waiting);
    }
}
