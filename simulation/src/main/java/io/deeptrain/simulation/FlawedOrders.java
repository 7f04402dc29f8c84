package io.deeptrain.simulation;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Answer.Done;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.engine.Decisions;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.placement.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The bugs that are planted where operators' orders are obeyed and remembered. */
final class FlawedOrders {
    private static final Duration FOR_LONG = Duration.ofHours(1);

    private FlawedOrders() {}

    static List<JobRecord> recalled(List<JobRecord> records, World world) {
        return world.has(PlantedBug.HOLD_FORGOTTEN)
                ? records.stream()
                        .map(job -> job.with(job.directives().withHeld(false)))
                        .toList()
                : records;
    }

    static Controls recalled(Controls controls, World world) {
        return new Controls(
                controls.queues(),
                world.has(PlantedBug.CORDON_FORGOTTEN) ? new TreeMap<>() : controls.conditions(),
                world.has(PlantedBug.QUARANTINE_FORGOTTEN) ? new TreeMap<>() : controls.standings());
    }

    static boolean isCordon(Order order) {
        return order instanceof Order.SetCondition(var _, var condition) && condition == Condition.CORDONED;
    }

    /** The cordon is stored and answered, and the engine never hears of it. */
    static Decisions storedOnly(Order order, Controls controls) {
        WorkerId workerId = ((Order.SetCondition) order).workerId();
        return new Decisions(
                List.of(),
                List.of(),
                List.of(),
                Set.of(),
                Optional.of(controls.with(workerId, Condition.CORDONED)),
                Optional.of(new Done(
                        Map.of("condition", controls.conditionOf(workerId).words()),
                        Map.of("condition", Condition.CORDONED.words()))));
    }

    static Decisions askingNobodyToLeave(Decisions decisions, Controls controls) {
        return new Decisions(
                decisions.history(),
                decisions.remarks(),
                decisions.assignments().stream()
                        .filter(message -> !(message instanceof AttemptStopRequested stop
                                && stop.reason() == StopReason.PREEMPTED
                                && controls.conditionOf(stop.workerId()) == Condition.DRAINING))
                        .toList(),
                decisions.changedJobs(),
                decisions.controls(),
                decisions.answer());
    }

    static boolean isLeavingToBeMoved(AttemptStopped stopped, JobRecord job) {
        return stopped.reason() == StopReason.PREEMPTED
                && job.state().token().equals(stopped.attempt())
                && job.state() instanceof JobState.Running
                && job.directives().move().isPresent();
    }

    /** The job that has left waits, with nobody to let it go on. */
    static JobRecord lost(JobRecord before, JobRecord after, Instant now) {
        JobState.Running left = (JobState.Running) before.state();
        return after.with(
                new JobState.Queued(
                        left.token(), now, now.plus(FOR_LONG), left.losses(), left.lineage(), left.stopWish()),
                before.sequence() + 1);
    }

    static Decisions withoutAssignment(Decisions decisions, JobRecord lost) {
        return new Decisions(
                decisions.history().stream()
                        .filter(entry -> !isAssignment(entry, lost))
                        .toList(),
                decisions.remarks(),
                decisions.assignments().stream()
                        .filter(message -> !(message instanceof AttemptAssigned
                                && message.jobId().equals(lost.jobId())))
                        .toList(),
                decisions.changedJobs(),
                decisions.controls(),
                decisions.answer());
    }

    private static boolean isAssignment(JobEvent entry, JobRecord lost) {
        return entry instanceof JobAssigned && entry.jobId().equals(lost.jobId());
    }
}
