package io.deeptrain.benchmarks.engine;

import io.deeptrain.benchmarks.measure.Rounds;
import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import io.deeptrain.scheduler.placement.Capacity;
import io.deeptrain.scheduler.placement.Fit;
import io.deeptrain.scheduler.placement.Inventory;
import io.deeptrain.scheduler.placement.Shape;
import io.deeptrain.scheduler.placement.Topology;
import io.deeptrain.scheduler.placement.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The situations of the scale tests of NVIDIA's KAI scheduler, as decisions alone: theirs were measured with a
 * Kubernetes API server in between.
 */
public final class ScaleBenchmark {
    private static final Load LOAD = new Load(4_000, 500, 8, 2);
    private static final int RACK = 16;
    private static final int GANG = 512;
    private static final int WARM_UPS = 5;
    private static final int ROUNDS = 15;
    private static final double NANOS_PER_SECOND = 1e9;

    private ScaleBenchmark() {}

    /** Does its work once and answers how long it took, in seconds. */
    @FunctionalInterface
    private interface Work {
        double seconds();
    }

    public static void main(String[] arguments) {
        System.out.println("situation                                     seconds      KAI      ratio");
        report("fill: 4,000 jobs on 500 workers of 8 GPUs", ScaleBenchmark::fill, 397.8);
        report("a gang of 512 workers does not fit", ScaleBenchmark::doesNotFit, 249.5);
        report("reclaim: 4,000 attempts give way to 4,000", ScaleBenchmark::reclaim, 694);
        report("a gang of 512 workers of 8 GPUs", ScaleBenchmark::gang, Double.NaN);
    }

    private static void report(String situation, Work work, double kaiSeconds) {
        List<Double> seconds = new ArrayList<>();
        for (int round = -WARM_UPS; round < ROUNDS; round++) {
            double each = work.seconds();
            if (round >= 0) {
                seconds.add(each);
            }
        }
        double median = Rounds.median(seconds);
        System.out.printf("%-44s %9.6f %8.1f %10.7f%n", situation, median, kaiSeconds, median / kaiSeconds);
    }

    private static double fill() {
        SchedulerEngine engine = new SchedulerEngine(EngineSettings.STANDARD);
        long begin = System.nanoTime();
        submit(engine, LOAD.waiting());
        requireAll(LOAD.waiting(), start(engine).size());
        return secondsSince(begin);
    }

    private static double reclaim() {
        SchedulerEngine engine = new SchedulerEngine(EngineSettings.STANDARD);
        submit(engine, 2 * LOAD.waiting());
        List<AssignmentEvent> running = start(engine);
        requireAll(LOAD.waiting(), running.size());
        long begin = System.nanoTime();
        int assigned = 0;
        for (AssignmentEvent over : running) {
            AttemptStopped stopped =
                    new AttemptStopped(over.jobId(), over.attempt(), over.workerId(), StopReason.PREEMPTED, 0);
            assigned += engine.apply(new Heard(stopped, Load.NOW)).assignments().size();
        }
        requireAll(LOAD.waiting(), assigned);
        return secondsSince(begin);
    }

    private static double doesNotFit() {
        Inventory inventory = inventory(LOAD.workers());
        for (int gpu = 0; gpu < LOAD.gpus(); gpu++) {
            requireAll(1, inventory.place(Shape.gpus(1), Set.of()).isPresent() ? 1 : 0);
        }
        long begin = System.nanoTime();
        Fit fit = inventory.fit(Shape.gang(GANG, LOAD.gpusPerWorker()));
        double seconds = secondsSince(begin);
        if (!(fit instanceof Fit.Never)) {
            throw new IllegalStateException("500 workers do not hold a gang of 512: " + fit);
        }
        return seconds;
    }

    private static double gang() {
        Inventory inventory = inventory(2 * LOAD.workers());
        long begin = System.nanoTime();
        requireAll(
                GANG,
                inventory
                        .place(Shape.gang(GANG, LOAD.gpusPerWorker()), Set.of())
                        .map(grant -> grant.parts().size())
                        .orElse(0));
        return secondsSince(begin);
    }

    private static Inventory inventory(int workers) {
        Inventory inventory = new Inventory(Workload.UNKNOWN);
        for (int number = 0; number < workers; number++) {
            Topology topology = new Topology("rack-" + number / RACK, "");
            inventory.add(Capacity.ofGpus(new WorkerId("worker-" + number), "any", LOAD.gpusPerWorker())
                    .at(topology));
        }
        return inventory;
    }

    private static void submit(SchedulerEngine engine, int jobs) {
        for (int number = 0; number < jobs; number++) {
            engine.apply(new Heard(LOAD.request(number), Load.NOW));
        }
    }

    private static List<AssignmentEvent> start(SchedulerEngine engine) {
        List<AssignmentEvent> running = new ArrayList<>();
        for (int worker = 0; worker < LOAD.workers(); worker++) {
            running.addAll(engine.apply(new Heard(LOAD.beat(worker), Load.NOW)).assignments());
        }
        return running;
    }

    private static void requireAll(int expected, int found) {
        if (expected != found) {
            throw new IllegalStateException("%d of %d were placed".formatted(found, expected));
        }
    }

    private static double secondsSince(long begin) {
        return (System.nanoTime() - begin) / NANOS_PER_SECOND;
    }
}
