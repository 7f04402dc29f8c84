package io.deeptrain.worker.adapter.runtime;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.attempt.TrainerOrder;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.training.TrainingRun;
import io.deeptrain.worker.training.TrainingRun.Surroundings;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/** The one thread that trains, and what it was ordered. */
final class TrainerThread implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TrainerThread.class);

    private final Surroundings surroundings;
    private final Consumer<TrainerReport> reports;
    private final ConcurrentMap<AttemptId, OrderedDirections> directions = new ConcurrentHashMap<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("trainer").factory());

    TrainerThread(Surroundings surroundings, Consumer<TrainerReport> reports) {
        this.surroundings = surroundings;
        this.reports = reports;
    }

    /** Returns at once. An order for an attempt that is not here is ignored. */
    void obey(TrainerOrder order) {
        if (order instanceof TrainerOrder.Prepare(AttemptAssigned assignment)) {
            OrderedDirections fresh = new OrderedDirections();
            directions.put(order.attempt(), fresh);
            thread.execute(() -> run(assignment, fresh));
        } else {
            OrderedDirections current = directions.get(order.attempt());
            if (current != null) {
                current.obey(order);
            }
        }
    }

    private void run(AttemptAssigned assignment, OrderedDirections orders) {
        AttemptId attempt = AttemptId.of(assignment);
        MDC.put("jobId", attempt.jobId().value());
        MDC.put("attempt", attempt.token().toString());
        try {
            LOG.infof(
                    "attempt %s: %s on %d inputs",
                    attempt, assignment.spec().template(), assignment.spec().inputCount());
            TrainingRun.run(assignment, surroundings, orders, this::report);
        } finally {
            directions.remove(attempt);
            MDC.remove("jobId");
            MDC.remove("attempt");
        }
    }

    private void report(TrainerReport report) {
        switch (report) {
            case TrainerReport.Placed placed -> LOG.debugf("on the GPUs of the places %s", placed.places());
            case TrainerReport.InputsRead _ -> {}
            case TrainerReport.Prepared prepared ->
                LOG.infof(
                        "prepared: %d inputs read, %d invalid, from %s",
                        prepared.inputsRead(), prepared.inputsInvalid(), prepared.origin());
            case TrainerReport.Advanced _ -> {}
            case TrainerReport.CheckpointWritten written -> LOG.debugf("checkpoint of step %d", written.step());
            case TrainerReport.Finished finished -> LOG.infof("finished: %s", finished.metrics());
            case TrainerReport.Failed failed ->
                LOG.warnf("failed (%s, %s): %s", failed.fault(), failed.code(), failed.message());
            case TrainerReport.Released _ -> LOG.info("stopped as ordered");
        }
        reports.accept(report);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
