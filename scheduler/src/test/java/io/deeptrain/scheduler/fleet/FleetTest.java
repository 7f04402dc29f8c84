package io.deeptrain.scheduler.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.Fit;
import io.deeptrain.scheduler.placement.GpuClasses;
import io.deeptrain.scheduler.placement.GpuKind;
import io.deeptrain.scheduler.placement.Shape;
import io.deeptrain.scheduler.placement.Shortage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FleetTest {
    private static final WorkerId BOX = new WorkerId("box");
    private static final Holding HOLDING = new Holding(new JobId("job"), new FencingToken(1));

    private final Fleet fleet = new Fleet(1_000, true);

    @Test
    void a_shape_fits_now_later_or_never() {
        beat("a100", 8, Readiness.ACCEPTING);
        assertThat(fleet.fit(Shape.gpus(8))).isEqualTo(new Fit.Now());
        fleet.occupy(BOX, HOLDING, 6);
        assertThat(fleet.fit(Shape.gpus(4))).isEqualTo(new Fit.NotNow(new Shortage(Shape.gpus(4), 0, 2, true)));
        assertThat(fleet.fit(Shape.gpus(9))).isEqualTo(new Fit.Never(new Shortage(Shape.gpus(9), 0, 8, false)));
        Shape other = Shape.gpus(1).of(GpuClasses.of("h100"));
        assertThat(fleet.fit(other)).isEqualTo(new Fit.Never(new Shortage(other, 0, 0, false)));
    }

    @Test
    void a_worker_that_drains_has_room_for_later_only_and_one_that_left_has_none() {
        beat("a100", 8, Readiness.DRAINING);
        assertThat(fleet.fit(Shape.gpus(8))).isInstanceOf(Fit.NotNow.class);
        assertThat(fleet.roomFor(GpuKind.ANY, 1, Set.of())).isEmpty();
        fleet.leave(BOX);
        assertThat(fleet.fit(Shape.gpus(8))).isInstanceOf(Fit.Never.class);
    }

    @Test
    void a_worker_that_holds_more_than_it_has_offers_nothing() {
        beat("a100", 2, Readiness.ACCEPTING);
        fleet.occupy(BOX, HOLDING, 3);
        assertThat(fleet.gpusFreeMax(GpuKind.ANY)).isZero();
        fleet.vacate(BOX, HOLDING);
        assertThat(fleet.gpusFreeMax(GpuKind.ANY)).isEqualTo(2);
    }

    @Test
    void a_worker_whose_gpus_break_under_an_attempt_offers_no_more_than_is_left_beside_it() {
        beat("a100", 4, Readiness.ACCEPTING);
        fleet.occupy(BOX, HOLDING, 2);
        beat("a100", 3, Readiness.ACCEPTING);
        assertThat(fleet.gpusFreeMax(GpuKind.ANY)).isEqualTo(1);
        assertThat(fleet.gpusOfLargest(GpuKind.ANY)).isEqualTo(3);
        beat("a100", 1, Readiness.ACCEPTING);
        assertThat(fleet.gpusFreeMax(GpuKind.ANY)).isZero();
        assertThat(fleet.roomFor(GpuKind.ANY, 1, Set.of())).isEmpty();
        beat("a100", 4, Readiness.ACCEPTING);
        assertThat(fleet.gpusFreeMax(GpuKind.ANY)).isEqualTo(2);
    }

    @Test
    void a_worker_that_is_not_shared_has_room_for_another_attempt_when_it_is_empty() {
        Fleet whole = new Fleet(1_000, false);
        whole.introduce(new WorkerBeat(BOX, new IncarnationId("one"), 1, "a100", 8, Readiness.ACCEPTING, List.of()), 0);
        assertThat(whole.gpusFreeMax(GpuKind.ANY)).isEqualTo(8);
        whole.occupy(BOX, HOLDING, 1);
        assertThat(whole.gpusFreeMax(GpuKind.ANY)).isZero();
        whole.listed(BOX, List.of(HOLDING), Map.of());
        whole.vacate(BOX, HOLDING);
        assertThat(whole.gpusFreeMax(GpuKind.ANY)).as("its beats still list it").isZero();
        whole.endedByWorker(BOX, HOLDING);
        assertThat(whole.gpusFreeMax(GpuKind.ANY)).isEqualTo(8);
    }

    private void beat(String gpuClass, int gpus, Readiness readiness) {
        fleet.introduce(new WorkerBeat(BOX, new IncarnationId("one"), 1, gpuClass, gpus, readiness, List.of()), 0);
    }
}
