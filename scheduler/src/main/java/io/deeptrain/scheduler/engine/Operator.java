package io.deeptrain.scheduler.engine;

import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Answer;
import io.deeptrain.scheduler.control.Answer.Cause;
import io.deeptrain.scheduler.control.Answer.Done;
import io.deeptrain.scheduler.control.Answer.Refused;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.control.OrderRules;
import io.deeptrain.scheduler.fleet.Place;
import io.deeptrain.scheduler.job.Directives;
import io.deeptrain.scheduler.job.Directives.Move;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Cancelling;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.JobState.Finishing;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.JobState.Running;
import io.deeptrain.scheduler.job.Lease;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.placement.QuarantineRule;
import io.deeptrain.scheduler.queue.QueueSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Obeys an operator: knows what is ordered. What has to be done for it, the engine does. */
final class Operator {
    /** So long it is tried to move a job. */
    static final Duration MOVE_MAX = Duration.ofMinutes(10);

    private final QueueSettings configured;
    private final Hands hands;
    private final TreeSet<JobId> moving = new TreeSet<>();
    private Controls controls;
    private boolean changed;

    /** What the engine does when told. */
    interface Hands {
        Optional<JobRecord> find(JobId jobId);

        Optional<Place> place(WorkerId workerId);

        /** Whether room is being made on the worker, for another job than this one. */
        boolean isReserved(WorkerId workerId, JobId except);

        boolean hasReserved(JobId jobId);

        /** These limits count from now on. */
        void rearrange(QueueSettings queues);

        /** Controls of the worker have changed: it gets new work or none, and what it has may have to leave. */
        void attend(WorkerId workerId);

        /** The job's directives are others now. */
        void direct(JobRecord job, Directives directives);

        /** Room is kept for the job on this worker, and the job comes as soon as it can. */
        void reserve(JobRecord job, WorkerId workerId);

        /** No more room is kept for the job. */
        void giveUpRoom(JobId jobId);
    }

    /** An operator who has ordered this. The configured limits count where the controls have none. */
    Operator(QueueSettings configured, Controls controls, Hands hands) {
        this.configured = configured;
        this.controls = controls;
        this.hands = hands;
    }

    Controls controls() {
        return controls;
    }

    /** The controls if they have changed since this was last asked. */
    Optional<Controls> takeChanged() {
        boolean hasChanged = changed;
        changed = false;
        return hasChanged ? Optional.of(controls) : Optional.empty();
    }

    Answer obey(Order order, Instant now) {
        return switch (order) {
            case Order.OfQueue ofQueue -> obey(ofQueue);
            case Order.SetCondition ofWorker -> obey(ofWorker);
            case Order.OfJob ofJob ->
                hands.find(ofJob.jobId())
                        .map(job -> obey(ofJob, job, now))
                        .orElseGet(() -> new Refused(Cause.NOT_THERE, "there is no job " + ofJob.jobId()));
        };
    }

    private Answer obey(Order.OfQueue order) {
        Answer answer = OrderRules.ofQueue(order, controls, configured);
        if (answer instanceof Done) {
            become(
                    switch (order) {
                        case Order.SetLimits(var queue, var member) -> controls.with(queue, member);
                        case Order.ResetLimits(var queue) -> controls.without(queue);
                    });
            hands.rearrange(controls.over(configured));
        }
        return answer;
    }

    private Answer obey(Order.SetCondition order) {
        Answer answer = OrderRules.ofWorker(order, controls);
        Controls next = controls.with(order.workerId(), order.condition());
        become(order.condition() == Condition.IN_SERVICE ? next.with(order.workerId(), QuarantineRule.GOOD) : next);
        hands.attend(order.workerId());
        return answer;
    }

    void become(Controls next) {
        controls = next;
        changed = true;
    }

    private Answer obey(Order.OfJob order, JobRecord job, Instant now) {
        Optional<Place> target = order instanceof Order.Move(var _, var to) ? hands.place(to) : Optional.empty();
        boolean isReserved = order instanceof Order.Move(var jobId, var to) && hands.isReserved(to, jobId);
        Answer answer = OrderRules.ofJob(order, job, target, isReserved);
        if (answer instanceof Done done && !done.before().equals(done.after())) {
            carryOut(order, job, now);
        }
        return answer;
    }

    private void carryOut(Order.OfJob order, JobRecord job, Instant now) {
        Directives before = job.directives();
        switch (order) {
            case Order.Hold _ -> {
                hands.giveUpRoom(job.jobId());
                hands.direct(job, before.withHeld(true).withoutMove());
            }
            case Order.Release _ -> hands.direct(job, before.withHeld(false));
            case Order.Prioritise(var _, var priority) -> hands.direct(job, before.withPriority(priority));
            case Order.Move(var jobId, var to) -> {
                hands.giveUpRoom(jobId);
                hands.direct(job, before.withMove(new Move(to, now.plus(MOVE_MAX))));
                moving.add(jobId);
                pursue(jobId, now);
            }
        }
    }

    /** A stored job is taken up: what was ordered of it still counts. */
    void takeUp(JobRecord job) {
        if (job.directives().move().isPresent()) {
            moving.add(job.jobId());
        }
    }

    /** Whether the job is to leave the worker that it runs on, with a checkpoint, and wait again. */
    boolean wantsAway(JobRecord job, Lease lease) {
        return job.isHeld()
                || controls.conditionOf(lease.holder()) == Condition.DRAINING
                || lease.partners().stream()
                        .anyMatch(partner -> controls.conditionOf(partner.workerId()) == Condition.DRAINING)
                || (job.directives()
                                .move()
                                .filter(move -> !move.to().equals(lease.holder()))
                                .isPresent()
                        && hands.hasReserved(job.jobId()));
    }

    /** Jobs that are to move have room kept for them where they are to go, as soon as there is some. */
    void pursueMoves(Instant now) {
        for (JobId jobId : List.copyOf(moving)) {
            pursue(jobId, now);
        }
    }

    private void pursue(JobId jobId, Instant now) {
        Optional<JobRecord> known = hands.find(jobId);
        Optional<Move> move = known.flatMap(job -> job.directives().move());
        if (known.isEmpty() || move.isEmpty() || known.get().state() instanceof Ended) {
            moving.remove(jobId);
        } else if (!now.isBefore(move.get().until())) {
            moving.remove(jobId);
            hands.giveUpRoom(jobId);
            hands.direct(known.get(), known.get().directives().withoutMove());
        } else if (!hands.hasReserved(jobId) && canGo(known.get(), move.get().to(), now)) {
            hands.reserve(known.get(), move.get().to());
        }
    }

    private boolean canGo(JobRecord job, WorkerId to, Instant now) {
        boolean isFree = switch (job.state()) {
            case Queued queued -> !now.isBefore(queued.notBefore());
            case Assigned assigned -> !assigned.lease().holder().equals(to);
            case Running running -> !running.lease().holder().equals(to);
            case Cancelling _, Finishing _, Ended _ -> false;
        };
        return isFree
                && !hands.isReserved(to, job.jobId())
                && hands.place(to)
                        .filter(place -> place.isOf(job.kind()) && place.gpusOffered() >= job.gpus())
                        .isPresent();
    }
}
