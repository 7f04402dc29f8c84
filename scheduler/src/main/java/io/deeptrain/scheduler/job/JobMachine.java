package io.deeptrain.scheduler.job;

import static io.deeptrain.scheduler.job.Decision.Refusal.ALREADY_ENDED;
import static io.deeptrain.scheduler.job.Decision.Refusal.ATTEMPT_IS_OVER;
import static io.deeptrain.scheduler.job.Decision.Refusal.CANCEL_UNDER_WAY;
import static io.deeptrain.scheduler.job.Decision.Refusal.NOTHING_NEW;
import static io.deeptrain.scheduler.job.Decision.Refusal.NOTHING_TO_KEEP;
import static io.deeptrain.scheduler.job.Decision.Refusal.NOT_FINISHING;
import static io.deeptrain.scheduler.job.Decision.Refusal.NOT_QUEUED;
import static io.deeptrain.scheduler.job.Decision.Refusal.NOT_STARTED;
import static io.deeptrain.scheduler.job.Decision.Refusal.NOT_YET;
import static io.deeptrain.scheduler.job.Decision.Refusal.STALE_TOKEN;
import static io.deeptrain.scheduler.job.Decision.accepted;
import static io.deeptrain.scheduler.job.Decision.refused;

import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.Origin.Resumed;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.job.Ending.Cancelled;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.JobCommand.Assign;
import io.deeptrain.scheduler.job.JobCommand.Cancel;
import io.deeptrain.scheduler.job.JobCommand.ConcludeStop;
import io.deeptrain.scheduler.job.JobCommand.Fail;
import io.deeptrain.scheduler.job.JobCommand.GiveUp;
import io.deeptrain.scheduler.job.JobCommand.KeepCheckpoint;
import io.deeptrain.scheduler.job.JobCommand.OfAttempt;
import io.deeptrain.scheduler.job.JobCommand.ReadInputs;
import io.deeptrain.scheduler.job.JobCommand.Reject;
import io.deeptrain.scheduler.job.JobCommand.Report;
import io.deeptrain.scheduler.job.JobCommand.Seal;
import io.deeptrain.scheduler.job.JobCommand.Start;
import io.deeptrain.scheduler.job.JobCommand.Stop;
import io.deeptrain.scheduler.job.JobCommand.Succeed;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Cancelling;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.JobState.Finishing;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.JobState.Running;
import java.time.Instant;

/** The rules of a job's life. Both methods are pure: same arguments, same answer. */
public final class JobMachine {
    /** The code of a job that failed because too many of its attempts were lost. */
    public static final String ATTEMPTS_EXHAUSTED = "ATTEMPTS_EXHAUSTED";

    /** The code of a job whose cost cap was reached before there was a model to keep. */
    public static final String BUDGET_TOO_SMALL = "BUDGET_TOO_SMALL";

    /** The code of a failure whose attempt had no model to keep when it had run for as long as one may. */
    public static final String RUN_TIME_TOO_SHORT = "RUN_TIME_TOO_SHORT";

    private JobMachine() {}

    /** Says what a command means now. Changes nothing. */
    public static Decision decide(JobState state, JobCommand command, RetryPolicy retry, Instant now) {
        if (state instanceof Ended) {
            return refused(ALREADY_ENDED);
        }
        return switch (command) {
            case Assign assign -> assign(state, assign, now);
            case OfAttempt ofAttempt -> ofAttempt(state, ofAttempt, retry, now);
            case Stop(var wish) -> stop(state, wish);
            case Reject(var outcome) ->
                state instanceof Queued ? accepted(new JobFact.Finished(outcome, 0)) : refused(NOT_QUEUED);
            case Cancel(var cancelledAt) -> cancel(state, cancelledAt, now);
            case Seal() -> seal(state, now);
        };
    }

    /** Applies a fact. Never refuses: what happened, happened. */
    public static JobState evolve(JobState state, JobFact fact) {
        return switch (fact) {
            case JobFact.Assigned(var lease)
            when state instanceof Queued queued ->
                new Assigned(lease, queued.losses(), queued.lineage(), queued.stopWish());
            case JobFact.InputsRead(var inputs)
            when state instanceof Assigned assigned -> assigned.withInputsRead(inputs);
            case JobFact.Started(var origin, var at)
            when state instanceof Assigned assigned ->
                JobState.startedAt(
                        assigned,
                        assigned.lineage()
                                .asStartedFrom(origin, assigned.lease().gpus()),
                        at);
            case JobFact.Progressed(var progress, var readingMillis)
            when state instanceof Running running -> progressed(running, progress, readingMillis);
            case JobFact.CheckpointKept(var checkpoint)
            when state instanceof Running running -> checkpointed(running, checkpoint);
            case JobFact.Requeued requeued
            when state instanceof Assigned assigned ->
                waitingAgain(assigned.token(), assigned.lineage(), assigned.stopWish(), requeued);
            case JobFact.Requeued requeued
            when state instanceof Running running ->
                waitingAgain(running.token(), running.lineage(), running.stopWish(), requeued);
            case JobFact.StopAsked(var wish) when state instanceof Queued queued -> stopAsked(queued, wish);
            case JobFact.StopAsked(var wish) when state instanceof Assigned assigned -> assigned.withStopWish(wish);
            case JobFact.StopAsked(var wish) when state instanceof Running running -> stopAsked(running, wish);
            case JobFact.CancelBegun(var cancelledAt)
            when state instanceof Assigned assigned -> new Cancelling(assigned.lease(), cancelledAt, false, 0);
            case JobFact.CancelBegun(var cancelledAt)
            when state instanceof Running running ->
                new Cancelling(running.lease(), cancelledAt, true, running.readingMillis());
            case JobFact.MeterRead(var readingMillis)
            when state instanceof Cancelling cancelling ->
                new Cancelling(cancelling.lease(), cancelling.cancelledAt(), true, readingMillis);
            case JobFact.Finished(var outcome, var readingMillis)
            when state instanceof Queued || state instanceof Assigned || state instanceof Running ->
                new Finishing(state.token(), outcome, readingMillis);
            case JobFact.Ended(var ending, var readingMillis, var at)
            when state instanceof Queued || state instanceof Cancelling || state instanceof Finishing ->
                new Ended(state.token(), ending, readingMillis, at);
            case JobFact.Assigned _,
                    JobFact.InputsRead _,
                    JobFact.Started _,
                    JobFact.Progressed _,
                    JobFact.CheckpointKept _,
                    JobFact.Requeued _,
                    JobFact.StopAsked _,
                    JobFact.CancelBegun _,
                    JobFact.MeterRead _,
                    JobFact.Finished _,
                    JobFact.Ended _ -> throw new IllegalStateException("%s cannot follow %s".formatted(fact, state));
        };
    }

    private static Decision assign(JobState state, Assign assign, Instant now) {
        if (!(state instanceof Queued queued)) {
            return refused(NOT_QUEUED);
        }
        if (now.isBefore(queued.notBefore())) {
            return refused(NOT_YET);
        }
        return accepted(new JobFact.Assigned(new Lease(
                assign.worker(), assign.incarnation(), queued.token().next(), assign.gpus(), now, assign.span())));
    }

    /** The one place where a fencing token is compared: equal is current, anything else changes nothing. */
    private static Decision ofAttempt(JobState state, OfAttempt command, RetryPolicy retry, Instant now) {
        if (!command.token().equals(state.token())) {
            return refused(STALE_TOKEN);
        }
        return switch (state) {
            case Queued _, Finishing _ -> refused(ATTEMPT_IS_OVER);
            case Ended _ -> refused(ALREADY_ENDED);
            case Assigned assigned -> whileAssigned(assigned, command, retry, now);
            case Running running -> whileRunning(running, command, retry, now);
            case Cancelling cancelling -> whileCancelling(cancelling, command, now);
        };
    }

    private static Decision whileAssigned(Assigned state, OfAttempt command, RetryPolicy retry, Instant now) {
        return switch (command) {
            case ReadInputs(var _, var inputs) ->
                state.inputsRead().filter(known -> known >= inputs).isPresent()
                        ? refused(NOTHING_NEW)
                        : accepted(new JobFact.InputsRead(inputs));
            case Start(var _, var origin) -> accepted(new JobFact.Started(origin, now));
            case Report _, KeepCheckpoint _, Succeed _ -> refused(NOT_STARTED);
            case Fail(var _, var outcome, var _) -> failed(state, state.losses(), outcome, 0, retry, now);
            case ConcludeStop(var _, var reason, var _) -> stopped(state, state.losses(), reason, 0, retry, now);
            case GiveUp giveUp -> givenUp(state, state.losses(), giveUp, 0, retry, now);
        };
    }

    private static Decision whileRunning(Running state, OfAttempt command, RetryPolicy retry, Instant now) {
        return switch (command) {
            case ReadInputs _, Start _ -> refused(NOTHING_NEW);
            case Report(var _, var progress, var readingMillis) ->
                progress.isBeyond(state.progress())
                        ? accepted(new JobFact.Progressed(progress, larger(state, readingMillis)))
                        : refused(NOTHING_NEW);
            case KeepCheckpoint(var token, var checkpoint) ->
                checkpoint.attempt().equals(token) && isNewer(checkpoint, state.lineage())
                        ? accepted(new JobFact.CheckpointKept(checkpoint))
                        : refused(NOTHING_NEW);
            case Succeed(var _, var outcome, var readingMillis) ->
                accepted(new JobFact.Finished(outcome, larger(state, readingMillis)));
            case Fail(var _, var outcome, var readingMillis) ->
                failed(state, state.losses(), outcome, larger(state, readingMillis), retry, now);
            case ConcludeStop(var _, var reason, var readingMillis) ->
                stopped(state, state.losses(), reason, larger(state, readingMillis), retry, now);
            case GiveUp giveUp -> givenUp(state, state.losses(), giveUp, state.readingMillis(), retry, now);
        };
    }

    private static Decision whileCancelling(Cancelling state, OfAttempt command, Instant now) {
        return switch (command) {
            case ReadInputs _, Start _, KeepCheckpoint _ -> refused(CANCEL_UNDER_WAY);
            case Report(var _, var _, var readingMillis) ->
                state.metered() && readingMillis > state.readingMillis()
                        ? accepted(new JobFact.MeterRead(readingMillis))
                        : refused(CANCEL_UNDER_WAY);
            case Succeed(var _, var _, var readingMillis) -> cancelled(state, readingMillis, now);
            case Fail(var _, var _, var readingMillis) -> cancelled(state, readingMillis, now);
            case ConcludeStop(var _, var _, var readingMillis) -> cancelled(state, readingMillis, now);
            case GiveUp _ -> cancelled(state, state.readingMillis(), now);
        };
    }

    /**
     * A stop asks to keep a model, and takes nothing back that has happened. Before the first attempt there is nothing
     * to keep and the stop is passed over; the front door refuses it already. After that it is remembered even if what
     * was trained is lost: then the next attempt trains as little as makes a model.
     */
    private static Decision stop(JobState state, StopWish wish) {
        return switch (state) {
            case Queued queued when queued.token().equals(FencingToken.NONE) -> refused(NOTHING_TO_KEEP);
            case Queued queued -> stopOf(queued.stopWish(), wish);
            case Assigned assigned -> stopOf(assigned.stopWish(), wish);
            case Running running -> stopOf(running.stopWish(), wish);
            case Cancelling _ -> refused(CANCEL_UNDER_WAY);
            case Finishing _ -> refused(ATTEMPT_IS_OVER);
            case Ended _ -> refused(ALREADY_ENDED);
        };
    }

    private static Decision stopOf(StopWish known, StopWish wish) {
        return known == StopWish.NONE ? accepted(new JobFact.StopAsked(wish)) : refused(NOTHING_NEW);
    }

    private static Decision cancel(JobState state, Instant cancelledAt, Instant now) {
        return switch (state) {
            // What an earlier attempt used was lost, and nothing resumed from it: there is no reading to tell.
            case Queued _ -> ended(new Cancelled(cancelledAt), 0, now);
            case Assigned _, Running _ -> accepted(new JobFact.CancelBegun(cancelledAt));
            case Cancelling _ -> refused(CANCEL_UNDER_WAY);
            case Finishing(var _, var _, var readingMillis) -> ended(new Cancelled(cancelledAt), readingMillis, now);
            case Ended _ -> refused(ALREADY_ENDED);
        };
    }

    private static Decision seal(JobState state, Instant now) {
        return switch (state) {
            case Finishing(var _, var outcome, var readingMillis) -> ended(outcome, readingMillis, now);
            case Queued _, Assigned _, Running _, Cancelling _ -> refused(NOT_FINISHING);
            case Ended _ -> refused(ALREADY_ENDED);
        };
    }

    private static Decision failed(
            Leased state, Losses losses, Failed outcome, long readingMillis, RetryPolicy retry, Instant now) {
        return switch (outcome.fault()) {
            case USER -> accepted(new JobFact.Finished(outcome, readingMillis));
            case PLATFORM, CAPACITY ->
                lost(
                        losses.and(state.lease().holder()),
                        RequeueCause.ATTEMPT_FAILED,
                        outcome.code() + ": " + outcome.message(),
                        readingMillis,
                        retry,
                        now);
        };
    }

    private static Decision stopped(
            Leased state, Losses losses, StopReason reason, long readingMillis, RetryPolicy retry, Instant now) {
        return switch (reason) {
            case PREEMPTED ->
                accepted(new JobFact.Requeued(
                        RequeueCause.PREEMPTED, "The worker made room as asked.", readingMillis, losses, now, now));
            case BUDGET_REACHED ->
                accepted(new JobFact.Finished(
                        new Failed(
                                Fault.USER,
                                BUDGET_TOO_SMALL,
                                "The cost cap was reached before there was a model to keep."),
                        readingMillis));
            case RUN_TIME_REACHED ->
                accepted(new JobFact.Finished(
                        new Failed(
                                Fault.USER,
                                RUN_TIME_TOO_SHORT,
                                "It had run for as long as a training may before there was a model to keep."),
                        readingMillis));
            // Whoever is asked to keep the model says that it succeeded. This one kept none, or was not asked at all,
            // so
            // the attempt counts as lost.
            case CANCELLED, SUPERSEDED, STOP_AND_KEEP_BEST ->
                lost(
                        losses.and(state.lease().holder()),
                        RequeueCause.ATTEMPT_FAILED,
                        "The worker stopped as nobody had asked it to: " + reason,
                        readingMillis,
                        retry,
                        now);
        };
    }

    private static Decision givenUp(
            Leased state, Losses losses, GiveUp giveUp, long readingMillis, RetryPolicy retry, Instant now) {
        WorkerId where = giveUp.partner().orElse(state.lease().holder());
        return lost(losses.and(where), giveUp.cause(), giveUp.detail(), readingMillis, retry, now);
    }

    /** @param withThis with the one that is lost now */
    private static Decision lost(
            Losses withThis, RequeueCause cause, String detail, long readingMillis, RetryPolicy retry, Instant now) {
        if (retry.exhaustedBy(withThis)) {
            return accepted(new JobFact.Finished(
                    new Failed(
                            Fault.PLATFORM,
                            ATTEMPTS_EXHAUSTED,
                            "%d attempts were lost, the last: %s".formatted(withThis.count(), detail)),
                    readingMillis));
        }
        Instant notBefore = now.plus(retry.backOffAfter(withThis));
        return accepted(new JobFact.Requeued(cause, detail, readingMillis, withThis, now, notBefore));
    }

    private static Decision cancelled(Cancelling state, long readingMillis, Instant now) {
        long last = state.metered() ? Math.max(state.readingMillis(), readingMillis) : 0;
        return ended(new Cancelled(state.cancelledAt()), last, now);
    }

    private static Decision ended(Ending ending, long readingMillis, Instant now) {
        return accepted(new JobFact.Ended(ending, readingMillis, now));
    }

    private static long larger(Running state, long readingMillis) {
        return Math.max(state.readingMillis(), readingMillis);
    }

    private static boolean isNewer(Checkpoint checkpoint, Lineage lineage) {
        return !(lineage.origin() instanceof Resumed(var newest))
                || !newest.attempt().equals(checkpoint.attempt())
                || checkpoint.number() > newest.number();
    }

    private static Running progressed(Running before, Progress progress, long readingMillis) {
        Pace pace =
                before.pace().after(progress.step() - before.progress().step(), readingMillis - before.readingMillis());
        return new Running(
                before.lease(),
                before.losses(),
                before.startedFrom(),
                before.lineage(),
                before.startedAt(),
                readingMillis,
                progress,
                pace,
                before.stopWish());
    }

    private static Running checkpointed(Running before, Checkpoint checkpoint) {
        return new Running(
                before.lease(),
                before.losses(),
                before.startedFrom(),
                before.startedFrom().savedAs(checkpoint, before.lease().gpus()),
                before.startedAt(),
                larger(before, checkpoint.readingMillis()),
                before.progress(),
                before.pace(),
                before.stopWish());
    }

    private static Queued waitingAgain(
            FencingToken token, Lineage lineage, StopWish stopWish, JobFact.Requeued requeued) {
        return new Queued(token, requeued.at(), requeued.notBefore(), requeued.losses(), lineage, stopWish);
    }

    private static Queued stopAsked(Queued before, StopWish wish) {
        return new Queued(before.token(), before.since(), before.notBefore(), before.losses(), before.lineage(), wish);
    }

    private static Running stopAsked(Running before, StopWish wish) {
        return new Running(
                before.lease(),
                before.losses(),
                before.startedFrom(),
                before.lineage(),
                before.startedAt(),
                before.readingMillis(),
                before.progress(),
                before.pace(),
                wish);
    }
}
