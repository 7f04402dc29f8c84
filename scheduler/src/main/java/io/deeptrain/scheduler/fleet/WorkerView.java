package io.deeptrain.scheduler.fleet;

import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.GpuKind;
import java.util.List;

/**
 * One worker as the scheduler sees it.
 *
 * @param gpuMilli thousandths of a GPU that each of its GPUs is
 * @param gpus how many it has
 * @param gpusFree how many of them could be given to an attempt now
 * @param holdings what occupies the others
 */
public record WorkerView(
        WorkerId workerId,
        IncarnationId incarnation,
        String gpuClass,
        int gpuMilli,
        Readiness readiness,
        int gpus,
        int gpusFree,
        List<Holding> holdings) {
    public WorkerView {
        holdings = List.copyOf(holdings);
    }

    /** Whether a job that asks for such GPUs may run there. */
    public boolean isOf(GpuKind kind) {
        return kind.accepts(gpuClass, gpuMilli);
    }
}
