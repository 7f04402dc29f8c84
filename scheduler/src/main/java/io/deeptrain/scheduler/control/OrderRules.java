package io.deeptrain.scheduler.control;

import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Answer.Cause;
import io.deeptrain.scheduler.control.Answer.Done;
import io.deeptrain.scheduler.control.Answer.Refused;
import io.deeptrain.scheduler.fleet.Place;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Cancelling;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.JobState.Finishing;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.JobState.Running;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.placement.GpuKind;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.QueueSettings.Flaw;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import io.deeptrain.scheduler.settings.LimitsReader;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Whether an order can be obeyed, and what it changes. Pure: changes nothing itself. */
public final class OrderRules {
    private OrderRules() {}

    /** Of an order about a queue. The configured limits count where no operator has set any. */
    public static Answer ofQueue(Order.OfQueue order, Controls controls, QueueSettings configured) {
        QueueName queue = order.queue();
        Controls after = switch (order) {
            case Order.SetLimits(var name, var member) -> controls.with(name, member);
            case Order.ResetLimits(var name) -> controls.without(name);
        };
        QueueSettings before = controls.over(configured);
        QueueSettings settings = after.over(configured);
        Optional<Refused> refusal = missing(order, settings, before);
        return refusal.isPresent() ? refusal.get() : new Done(written(before, queue), written(settings, queue));
    }

    private static Optional<Refused> missing(Order.OfQueue order, QueueSettings settings, QueueSettings before) {
        if (order instanceof Order.SetLimits(var queue, var member)) {
            return before.flawOf(Map.of(queue, member)).map(OrderRules::refused);
        }
        // Without its setting a group may be gone, and others may lie in it.
        return order.queue() instanceof QueueName.OfGroup(var name)
                        && !settings.groups().containsKey(name)
                ? membersOf(name, before)
                : Optional.empty();
    }

    private static Refused refused(Flaw flaw) {
        return new Refused(
                Cause.CONFLICT,
                "%s cannot belong to the group %s: %s would be right"
                        .formatted(flaw.queue().words(), flaw.group(), flaw.expected()));
    }

    private static Optional<Refused> membersOf(String group, QueueSettings before) {
        Map<String, Member> members = new TreeMap<>();
        before.groups().forEach((name, member) -> members.put("group " + name, member));
        before.users().forEach((name, member) -> members.put("user " + name, member));
        members.values().removeIf(member -> !member.group().equals(group));
        return members.isEmpty()
                ? Optional.empty()
                : Optional.of(new Refused(
                        Cause.CONFLICT,
                        "the group %s would be gone, and %s belong to it: give them another group first"
                                .formatted(group, members.keySet())));
    }

    private static Map<String, String> written(QueueSettings settings, QueueName queue) {
        return LimitsReader.written(settings.memberOf(queue));
    }

    /** Of an order about a worker, which need not be there. */
    public static Done ofWorker(Order.SetCondition order, Controls controls) {
        WorkerId workerId = order.workerId();
        Map<String, String> before = new TreeMap<>();
        before.put("condition", controls.conditionOf(workerId).words());
        if (controls.standingOf(workerId).isOut()) {
            before.put("quarantined", "true");
        }
        Map<String, String> after = new TreeMap<>(before);
        after.put("condition", order.condition().words());
        if (order.condition() == Condition.IN_SERVICE) {
            after.remove("quarantined");
        }
        return new Done(before, after);
    }

    /**
     * Of an order about a job.
     *
     * @param target the worker that the job is to be moved to, if it is and the worker is there
     * @param isReserved whether room is being made on it for somebody else
     */
    public static Answer ofJob(Order.OfJob order, JobRecord job, Optional<Place> target, boolean isReserved) {
        if (job.state() instanceof Ended || job.state() instanceof Finishing || job.state() instanceof Cancelling) {
            return conflict("the job %s is %s".formatted(job.jobId(), words(job)));
        }
        return switch (order) {
            case Order.Hold _ -> done("held", job.isHeld(), true);
            case Order.Release _ -> done("held", job.isHeld(), false);
            case Order.Prioritise(var _, var priority) ->
                done(
                        "priority",
                        job.directives().priority().map(Enum::name).orElse("that of its queue"),
                        priority.map(Enum::name).orElse("that of its queue"));
            case Order.Move(var _, var to) -> move(job, to, target, isReserved);
        };
    }

    private static Answer move(JobRecord job, WorkerId to, Optional<Place> target, boolean isReserved) {
        String where =
                job.state() instanceof Leased leased ? leased.lease().holder().value() : "none";
        if (where.equals(to.value())) {
            return done("worker", where, where);
        }
        if (job.isHeld()) {
            return conflict("the job %s is held: release it first".formatted(job.jobId()));
        }
        if (target.isEmpty()) {
            return new Refused(Cause.NOT_THERE, "there is no worker %s".formatted(to));
        }
        Place place = target.get();
        if (!place.isAccepting()) {
            return conflict("worker %s takes on no work now".formatted(to));
        }
        if (!place.isOf(job.kind())) {
            return conflict("the job %s runs on %s, and worker %s has %s"
                    .formatted(
                            job.jobId(),
                            job.kind(),
                            to,
                            GpuKind.words(
                                    place.lastBeat().gpuClass(),
                                    place.lastBeat().milliOfEach())));
        }
        if (isReserved) {
            return conflict("room is being made on worker %s for another job: try again in a minute".formatted(to));
        }
        if (place.gpusOffered() < job.gpus()) {
            return conflict("the job %s needs %d GPUs, and worker %s has %d free of %d"
                    .formatted(job.jobId(), job.gpus(), to, place.gpusOffered(), place.gpus()));
        }
        return done("worker", where, to.value());
    }

    private static Refused conflict(String words) {
        return new Refused(Cause.CONFLICT, words);
    }

    private static Done done(String field, Object before, Object after) {
        return new Done(Map.of(field, before.toString()), Map.of(field, after.toString()));
    }

    private static String words(JobRecord job) {
        return switch (job.state()) {
            case Queued _ -> "waiting";
            case Assigned _ -> "assigned";
            case Running _ -> "running";
            case Cancelling _ -> "being cancelled";
            case Finishing _ -> "finishing";
            case Ended _ -> "over";
        };
    }
}
