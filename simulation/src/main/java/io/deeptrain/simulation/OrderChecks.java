package io.deeptrain.simulation;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.Event;
import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Answer;
import io.deeptrain.scheduler.control.Answer.Done;
import io.deeptrain.scheduler.control.AuditEntry;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.settings.LimitsReader;
import io.deeptrain.worker.attempt.AttemptId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The invariants of what operators order. What is in force is worked out from the audit alone, by what the operators
 * meant with the orders that are named there.
 */
final class OrderChecks {
    private final World world;
    private final Map<String, Order> given = new HashMap<>();
    private final Set<String> writtenDown = new HashSet<>();
    private final Map<WorkerId, Condition> conditions = new HashMap<>();
    private final Map<JobId, Boolean> held = new HashMap<>();
    private final Map<JobId, Optional<Priority>> priorities = new HashMap<>();
    private final Map<String, Map<String, String>> limits = new HashMap<>();
    private final Set<JobId> moving = new HashSet<>();
    private final Set<AttemptId> assigned = new HashSet<>();
    private final Set<AttemptId> toldToStop = new HashSet<>();

    /** Whom an order that is in the newest batch was about: it may have been in force for a part of the batch. */
    private final Set<String> targetsOfBatch = new HashSet<>();

    private final Set<JobId> movedInBatch = new HashSet<>();

    OrderChecks(World world) {
        this.world = world;
    }

    void given(String operator, Order order) {
        given.put(operator, order);
    }

    /** S21: what is answered as done is written down, and nothing else that is answered. */
    void answered(String operator, Answer answer) {
        boolean isDone = answer instanceof Done(var before, var after) && !before.equals(after);
        Violation.unless(
                isDone == writtenDown.contains(operator),
                "S21",
                () -> "%s of %s was answered with %s".formatted(given.get(operator), operator, answer));
    }

    /** In the scheduler's transaction, when the histories are as told. */
    void schedulerCommitted(List<Event> told, List<AuditEntry> audit, Map<JobId, JobRecord> jobs, Controls controls) {
        Map<JobId, Boolean> heldBefore = Map.copyOf(held);
        Map<WorkerId, Condition> conditionsBefore = Map.copyOf(conditions);
        targetsOfBatch.clear();
        movedInBatch.clear();
        audit.forEach(this::fold);
        for (Event event : told) {
            if (event instanceof AttemptStopRequested stop) {
                toldToStop.add(AttemptId.of(stop));
            }
            if (event instanceof AttemptAssigned assignment) {
                checkAssigned(assignment, heldBefore, conditionsBefore);
                if (moving.remove(assignment.jobId())) {
                    movedInBatch.add(assignment.jobId());
                }
            }
        }
        jobs.values().stream().filter(OrderChecks::isUnderWay).forEach(this::checkStored);
        checkStored(controls);
    }

    private void fold(AuditEntry entry) {
        Violation.unless(writtenDown.add(entry.operator()), "S21", () -> "%s is written down twice".formatted(entry));
        Order order = Optional.ofNullable(given.get(entry.operator()))
                .orElseThrow(() -> new Violation("S21", "nobody ordered %s".formatted(entry)));
        targetsOfBatch.add(entry.target());
        switch (order) {
            case Order.SetCondition(var workerId, var condition) -> conditions.put(workerId, condition);
            case Order.Hold(var jobId) -> {
                held.put(jobId, true);
                moving.remove(jobId);
            }
            case Order.Release(var jobId) -> held.put(jobId, false);
            case Order.Move(var jobId, var _) -> moving.add(jobId);
            case Order.Prioritise(var jobId, var priority) -> priorities.put(jobId, priority);
            case Order.OfQueue ofQueue -> {
                Map<String, String> before = limits.put(ofQueue.target(), entry.after());
                Violation.unless(
                        before == null || before.equals(entry.before()),
                        "S21",
                        () -> "%s follows %s".formatted(entry, before));
            }
        }
    }

    /** S22: nobody runs who is held. S23: a worker that is out of service is given nothing. */
    private void checkAssigned(
            AttemptAssigned assignment, Map<JobId, Boolean> heldBefore, Map<WorkerId, Condition> conditionsBefore) {
        // What is sent again was assigned earlier.
        boolean isNew = assigned.add(AttemptId.of(assignment));
        Violation.unless(
                !isNew || !heldBefore.getOrDefault(assignment.jobId(), false) || isOfBatch(assignment.jobId()),
                "S22",
                () -> "%s is held, and gets %s".formatted(assignment.jobId(), assignment));
        for (WorkerId workerId : QueueChecks.workersOf(assignment)) {
            Condition condition = conditionsBefore.getOrDefault(workerId, Condition.IN_SERVICE);
            Violation.unless(
                    !isNew || condition == Condition.IN_SERVICE || isOfBatch(workerId),
                    "S23",
                    () -> "%s is %s, and gets %s".formatted(workerId, condition.words(), assignment));
        }
    }

    private boolean isOfBatch(JobId jobId) {
        return targetsOfBatch.contains("job " + jobId);
    }

    private boolean isOfBatch(WorkerId workerId) {
        return targetsOfBatch.contains("worker " + workerId);
    }

    /** S24: whoever is to leave is asked to. S25: what is stored of a job is what was ordered. */
    private void checkStored(JobRecord job) {
        boolean isHeld = held.getOrDefault(job.jobId(), false);
        Optional<Priority> priority = priorities.getOrDefault(job.jobId(), Optional.empty());
        Violation.unless(
                job.isHeld() == isHeld && job.directives().priority().equals(priority),
                "S25",
                () -> "ordered was %s and %s of %s".formatted(isHeld ? "held" : "not held", priority, job));
        if (job.state() instanceof JobState.Leased leased) {
            boolean isToLeave = isHeld
                    || leased.lease().members().stream()
                            .anyMatch(member -> conditions.get(member.workerId()) == Condition.DRAINING);
            Violation.unless(
                    !isToLeave || toldToStop.contains(new AttemptId(job.jobId(), leased.token())),
                    "S24",
                    () -> "%s was not asked to leave".formatted(job));
        }
    }

    /** S25: what is stored of workers and queues is what was ordered. */
    private void checkStored(Controls controls) {
        conditions.forEach((workerId, condition) -> Violation.unless(
                controls.conditionOf(workerId) == condition,
                "S25",
                () -> "ordered was %s of %s, stored is %s"
                        .formatted(condition.words(), workerId, controls.conditionOf(workerId))));
        controls.queues().forEach((queue, member) -> {
            Map<String, String> ordered = limits.get(queue.words());
            Violation.unless(
                    ordered == null || ordered.equals(LimitsReader.written(member)),
                    "S25",
                    () -> "ordered was %s of %s, stored is %s".formatted(ordered, queue, member));
        });
    }

    /** One that operators can order something of. */
    static boolean isUnderWay(JobRecord job) {
        return !(job.state() instanceof JobState.Ended
                || job.state() instanceof JobState.Finishing
                || job.state() instanceof JobState.Cancelling);
    }

    /** Whether an operator wants, or wanted in this batch, that the attempt leaves all of these workers. */
    boolean wantsAway(JobId jobId, List<WorkerId> workers) {
        return isOrMayHaveBeenHeld(jobId)
                || isOrMayHaveBeenMoved(jobId)
                || workers.stream()
                        .anyMatch(workerId -> isOfBatch(workerId) || conditions.get(workerId) == Condition.DRAINING);
    }

    boolean isOrMayHaveBeenHeld(JobId jobId) {
        return held.getOrDefault(jobId, false) || isOfBatch(jobId);
    }

    boolean isOrMayHaveBeenMoved(JobId jobId) {
        return moving.contains(jobId) || movedInBatch.contains(jobId) || isOfBatch(jobId);
    }

    /** Whether limits are other than configured, or were in this batch. */
    boolean haveLimitsChanged() {
        return !world.schedulerStore().controls.queues().isEmpty()
                || targetsOfBatch.stream().anyMatch(limits::containsKey);
    }

    /** Whether anything is ordered that may keep a job from running. */
    boolean isAnythingInForce() {
        return !world.schedulerStore().controls.queues().isEmpty()
                || !world.schedulerStore().controls.conditions().isEmpty()
                || world.schedulerStore().jobs.values().stream()
                        .filter(OrderChecks::isUnderWay)
                        .anyMatch(job ->
                                job.isHeld() || job.directives().priority().isPresent());
    }
}
