package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.job.Jobs.ONE;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.engine.Input.Heard;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That the cost of a decision does not grow with what waits. The benchmark proper is in the module of benchmarks. */
class EngineThroughputTest {
    private static final int WORKERS = 128;
    private static final int GPUS = 8;
    private static final int TENANTS = 100;
    private static final int ASSIGNMENTS = 50_000;

    @Test
    void a_hundred_times_as_many_waiting_jobs_do_not_make_an_assignment_ten_times_as_slow() {
        nanosPerAssignment(2000);
        long few = nanosPerAssignment(2000);
        long many = nanosPerAssignment(200_000);
        assertThat(many).as("%d ns with few, %d ns with many", few, many).isLessThan(10 * few + 10_000);
    }

    /** Each round a running attempt makes room, and its job goes back to wait for its next turn. */
    private static long nanosPerAssignment(int waiting) {
        SchedulerEngine engine = new SchedulerEngine(EngineSettings.STANDARD);
        for (int number = 0; number < waiting; number++) {
            engine.apply(new Heard(request(number, new Tenant("user-" + number % TENANTS, "app"), 1, UNCAPPED), T0));
        }
        Deque<AssignmentEvent> running = new ArrayDeque<>();
        for (int worker = 0; worker < WORKERS; worker++) {
            running.addAll(engine.apply(new Heard(
                            new WorkerBeat(
                                    new WorkerId("worker-" + worker),
                                    ONE,
                                    1,
                                    "cpu",
                                    GPUS,
                                    Readiness.ACCEPTING,
                                    List.of()),
                            T0))
                    .assignments());
        }
        assertThat(running).hasSize(WORKERS * GPUS);
        long began = cpuNanos();
        for (int round = 0; round < ASSIGNMENTS; round++) {
            AssignmentEvent over = running.remove();
            running.addAll(engine.apply(new Heard(
                            new AttemptStopped(over.jobId(), over.attempt(), over.workerId(), StopReason.PREEMPTED, 0),
                            T0))
                    .assignments());
        }
        long nanos = (cpuNanos() - began) / ASSIGNMENTS;
        System.out.printf(
                "%,d waiting: %,d ns an assignment, %,d a second%n",
                waiting, nanos, Duration.ofSeconds(1).toNanos() / nanos);
        return nanos;
    }

    /** Not the clock on the wall, for the machine may be busy with something else. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
