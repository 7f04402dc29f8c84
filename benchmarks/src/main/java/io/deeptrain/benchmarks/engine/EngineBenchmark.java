package io.deeptrain.benchmarks.engine;

import io.deeptrain.benchmarks.engine.BareScheduler.Assignment;
import io.deeptrain.benchmarks.measure.Rounds;
import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.StopReason;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * A fleet that is full and a long queue: each time an attempt is stopped, its job waits again and the job whose turn it
 * is gets the place. One input in, one assignment out, with the history that is written about both jobs.
 */
public final class EngineBenchmark {
    private static final Load LOAD = new Load(1_000_000, 1_280, 8, 1_000);
    private static final int ASSIGNMENTS_PER_ROUND = 100_000;
    private static final int WARM_UPS = 2;
    private static final int ROUNDS = 5;
    private static final double NANOS_PER_SECOND = 1e9;

    private EngineBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        System.out.printf(
                "%,d waiting jobs, %,d GPUs, %,d tenants; %,d assignments a round%n",
                LOAD.waiting(), LOAD.gpus(), LOAD.tenants(), ASSIGNMENTS_PER_ROUND);
        SchedulerEngine engine = new SchedulerEngine(EngineSettings.STANDARD);
        Queue<AssignmentEvent> running = filled(engine);
        BareScheduler bare = new BareScheduler();
        Queue<Assignment> runningBare = filled(bare);
        Rounds rounds = Rounds.of(
                WARM_UPS,
                ROUNDS,
                () -> perSecond(() -> next(engine, running)),
                () -> perSecond(() -> next(bare, runningBare)));
        System.out.print(rounds.report("assignments"));
    }

    private static double perSecond(Runnable assignment) {
        long begin = System.nanoTime();
        for (int i = 0; i < ASSIGNMENTS_PER_ROUND; i++) {
            assignment.run();
        }
        return ASSIGNMENTS_PER_ROUND * NANOS_PER_SECOND / (System.nanoTime() - begin);
    }

    private static Queue<AssignmentEvent> filled(SchedulerEngine engine) {
        for (int number = 0; number < LOAD.waiting() + LOAD.gpus(); number++) {
            engine.apply(new Heard(LOAD.request(number), Load.NOW));
        }
        Queue<AssignmentEvent> running = new ArrayDeque<>();
        for (int worker = 0; worker < LOAD.workers(); worker++) {
            running.addAll(engine.apply(new Heard(LOAD.beat(worker), Load.NOW)).assignments());
        }
        requireFull(running.size());
        return running;
    }

    private static Queue<Assignment> filled(BareScheduler bare) {
        for (int number = 0; number < LOAD.waiting() + LOAD.gpus(); number++) {
            bare.add(LOAD.request(number).jobId());
        }
        Queue<Assignment> running = new ArrayDeque<>();
        for (int gpu = 0; gpu < LOAD.gpus(); gpu++) {
            running.add(bare.assign(LOAD.beat(gpu / LOAD.gpusPerWorker()).workerId()));
        }
        return running;
    }

    private static void next(SchedulerEngine engine, Queue<AssignmentEvent> running) {
        AssignmentEvent over = running.remove();
        AttemptStopped stopped =
                new AttemptStopped(over.jobId(), over.attempt(), over.workerId(), StopReason.PREEMPTED, 0);
        running.addAll(engine.apply(new Heard(stopped, Load.NOW)).assignments());
    }

    private static void next(BareScheduler bare, Queue<Assignment> running) {
        running.add(bare.stopped(running.remove().jobId()));
    }

    private static void requireFull(int running) {
        if (running != LOAD.gpus()) {
            throw new IllegalStateException("%d of %d GPUs are in use".formatted(running, LOAD.gpus()));
        }
    }
}
