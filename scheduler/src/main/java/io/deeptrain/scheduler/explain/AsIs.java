package io.deeptrain.scheduler.explain;

import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.explain.Explainer.Promising;
import java.util.List;

/**
 * The queue as it is, to compare with.
 *
 * @param waiting in their order
 * @param promising as experience has it
 */
public record AsIs(EngineSnapshot snapshot, Forecast forecast, List<JobId> waiting, Promising promising) {
    public AsIs {
        waiting = List.copyOf(waiting);
    }
}
