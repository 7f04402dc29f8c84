package io.deeptrain.simulation;

import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingBudgetReached;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import io.deeptrain.event.WorkerId;
import io.deeptrain.worker.attempt.AttemptId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** What really happened, as only the simulator can know: which GPU was held when, and who was told what. */
final class Truth {
    /** A GPU held for an attempt. */
    static final class Hold {
        private OptionalLong meterFromMillis = OptionalLong.empty();
        private OptionalLong untilMillis = OptionalLong.empty();
        private boolean inOrder;

        /** Whether the trainer let go, rather than died. */
        boolean endedInOrder() {
            return inOrder;
        }

        /** How long the meter ran, up to {@code nowMillis} at most. */
        long meteredMillis(long nowMillis) {
            return meterFromMillis.isEmpty() ? 0 : untilMillis.orElse(nowMillis) - meterFromMillis.getAsLong();
        }
    }

    /** What a partner runs of an attempt. */
    private record Part(AttemptId attempt, WorkerId partner) {}

    private final Agenda agenda;
    private final Map<AttemptId, Hold> holds = new HashMap<>();
    private final Map<WorkerId, Hold> holdOfWorker = new HashMap<>();
    private final Set<Part> parts = new HashSet<>();
    private final Set<String> submitted = new HashSet<>();
    private final TreeMap<String, JobId> acknowledged = new TreeMap<>();
    private final Set<JobId> toBeDeleted = new HashSet<>();
    private final Set<JobId> deleted = new HashSet<>();
    private final Set<JobId> stoppedByTenant = new HashSet<>();
    private final Set<JobId> stoppedByBudget = new HashSet<>();
    private final Set<AttemptId> failed = new HashSet<>();
    private final Map<JobId, TrainingCancelled> cancelled = new HashMap<>();
    private final Map<JobId, JobSealed> sealed = new HashMap<>();

    private final Set<AttemptId> hung = new HashSet<>();
    private final Set<AttemptId> hungPreparing = new HashSet<>();

    Truth(Agenda agenda) {
        this.agenda = agenda;
    }

    Hold hold(WorkerId worker, AttemptId attempt) {
        Hold hold = take(worker, attempt);
        Violation.unless(!holds.containsKey(attempt), "S3", () -> "%s is run twice".formatted(attempt));
        holds.put(attempt, hold);
        return hold;
    }

    /** The same for ranks of an attempt that another worker leads. */
    Hold holdPart(WorkerId partner, AttemptId attempt) {
        Hold hold = take(partner, attempt);
        Violation.unless(
                parts.add(new Part(attempt, partner)),
                "S3",
                () -> "%s runs its part of %s twice".formatted(partner, attempt));
        return hold;
    }

    private Hold take(WorkerId worker, AttemptId attempt) {
        Hold other = holdOfWorker.get(worker);
        Violation.unless(
                other == null || other.untilMillis.isPresent(),
                "S4",
                () -> "the GPU of %s is held twice, for %s too".formatted(worker, attempt));
        Hold hold = new Hold();
        holdOfWorker.put(worker, hold);
        return hold;
    }

    void startMeter(Hold hold) {
        hold.meterFromMillis = OptionalLong.of(agenda.nowMillis());
    }

    void release(Hold hold, boolean inOrder) {
        hold.untilMillis = OptionalLong.of(agenda.nowMillis());
        hold.inOrder = inOrder;
    }

    void hangs(AttemptId attempt) {
        hung.add(attempt);
    }

    void hangsPreparing(AttemptId attempt) {
        hangs(attempt);
        hungPreparing.add(attempt);
    }

    /** Whether it will never be prepared. */
    boolean hasHungPreparing(AttemptId attempt) {
        return hungPreparing.contains(attempt);
    }

    boolean hasHung(AttemptId attempt) {
        return hung.contains(attempt);
    }

    /** Whether any trainer ever hung. */
    boolean hung() {
        return !hung.isEmpty();
    }

    Optional<Hold> holdOf(AttemptId attempt) {
        return Optional.ofNullable(holds.get(attempt));
    }

    void submits(String key) {
        submitted.add(key);
    }

    void acknowledges(String key, JobId jobId) {
        JobId earlier = acknowledged.putIfAbsent(key, jobId);
        Violation.unless(
                earlier == null || earlier.equals(jobId),
                "S1",
                () -> "%s was acknowledged as %s and as %s".formatted(key, earlier, jobId));
    }

    void asksDeletion(JobId jobId) {
        toBeDeleted.add(jobId);
    }

    /** Whether its tenant has asked for that, answered or not. */
    boolean isToBeDeleted(JobId jobId) {
        return toBeDeleted.contains(jobId);
    }

    void acknowledgesDeletion(JobId jobId) {
        deleted.add(jobId);
    }

    /** The front door committed this. */
    void told(RequestEvent event) {
        switch (event) {
            case TrainingStopRequested stop -> stoppedByTenant.add(stop.jobId());
            case TrainingBudgetReached reached -> stoppedByBudget.add(reached.jobId());
            case TrainingCancelled cancel -> cancelled.put(cancel.jobId(), cancel);
            case JobSealed seal -> sealed.put(seal.jobId(), seal);
            case TrainingRequested _ -> {}
        }
    }

    Map<String, JobId> acknowledged() {
        return acknowledged;
    }

    int submittedCount() {
        return submitted.size();
    }

    Set<JobId> deleted() {
        return deleted;
    }

    /** Whether the front door committed that the tenant wants no more training. */
    boolean isStoppedByTenant(JobId jobId) {
        return stoppedByTenant.contains(jobId);
    }

    /** Whether the front door committed that a budget is used up. */
    boolean isStoppedByBudget(JobId jobId) {
        return stoppedByBudget.contains(jobId);
    }

    void fails(AttemptId attempt) {
        failed.add(attempt);
    }

    /** Whether the attempt's trainer ever said so. */
    boolean hasFailed(AttemptId attempt) {
        return failed.contains(attempt);
    }

    Optional<TrainingCancelled> cancelOf(JobId jobId) {
        return Optional.ofNullable(cancelled.get(jobId));
    }

    Optional<JobSealed> sealOf(JobId jobId) {
        return Optional.ofNullable(sealed.get(jobId));
    }
}
