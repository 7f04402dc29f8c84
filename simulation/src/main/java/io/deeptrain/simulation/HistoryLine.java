package io.deeptrain.simulation;

import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCancelling;
import io.deeptrain.event.JobEvent.JobCheckpointed;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.scheduler.job.JobState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** One job's history as it was committed, followed by rules that are written down here once more. */
final class HistoryLine {
    private enum Stage {
        UNKNOWN,
        QUEUED,
        ASSIGNED,
        RUNNING,
        CANCELLING,
        FINISHING,
        ENDED
    }

    private final List<JobEvent> entries = new ArrayList<>();
    private Stage stage = Stage.UNKNOWN;
    private FencingToken token = FencingToken.NONE;
    private Optional<JobAssigned> assigned = Optional.empty();
    private boolean started;

    List<JobEvent> entries() {
        return entries;
    }

    FencingToken token() {
        return token;
    }

    /** The newest assignment. */
    Optional<JobAssigned> assigned() {
        return assigned;
    }

    /** Whether the meter of the newest attempt was started. */
    boolean isStarted() {
        return started;
    }

    boolean isEnded() {
        return stage == Stage.ENDED;
    }

    void append(JobEvent entry) {
        Violation.unless(
                entry.sequence() == entries.size() + 1,
                "S6",
                () -> "entry %d comes after %d".formatted(entry.sequence(), entries.size()));
        switch (entry) {
            case JobQueued _ -> move(entry, Stage.QUEUED, EnumSet.of(Stage.UNKNOWN));
            case JobAssigned assignment -> {
                move(entry, Stage.ASSIGNED, EnumSet.of(Stage.QUEUED));
                Violation.unless(
                        assignment.attempt().equals(token.next()),
                        "S3",
                        () -> "%s does not have the token after %s".formatted(entry, token));
                token = assignment.attempt();
                assigned = Optional.of(assignment);
                started = false;
            }
            case JobStarted start -> {
                move(entry, Stage.RUNNING, EnumSet.of(Stage.ASSIGNED));
                isOfNewest(entry, start.attempt());
                started = true;
            }
            case JobCheckpointed saved -> {
                move(entry, Stage.RUNNING, EnumSet.of(Stage.RUNNING));
                isOfNewest(entry, saved.checkpoint().attempt());
            }
            case JobRequeued requeued -> {
                move(entry, Stage.QUEUED, EnumSet.of(Stage.ASSIGNED, Stage.RUNNING));
                isOfNewest(entry, requeued.attempt());
            }
            case JobCancelling cancelling -> {
                move(entry, Stage.CANCELLING, EnumSet.of(Stage.ASSIGNED, Stage.RUNNING));
                isOfNewest(entry, cancelling.attempt());
            }
            case JobFinishing finishing -> {
                move(entry, Stage.FINISHING, EnumSet.of(Stage.ASSIGNED, Stage.RUNNING));
                isOfNewest(entry, finishing.attempt());
            }
            case JobSucceeded succeeded -> {
                move(entry, Stage.ENDED, EnumSet.of(Stage.FINISHING));
                isOfNewest(entry, succeeded.attempt());
            }
            case JobFailed failed -> {
                move(entry, Stage.ENDED, EnumSet.of(Stage.FINISHING));
                isOfNewest(entry, failed.attempt());
            }
            case JobCancelled cancelled -> {
                move(entry, Stage.ENDED, EnumSet.of(Stage.QUEUED, Stage.CANCELLING, Stage.FINISHING));
                isOfNewest(entry, cancelled.attempt());
            }
        }
        entries.add(entry);
    }

    private void move(JobEvent entry, Stage next, EnumSet<Stage> from) {
        Violation.unless(stage != Stage.ENDED, "S2", () -> "%s follows the end of the job".formatted(entry));
        Violation.unless(from.contains(stage), "S6", () -> "%s follows %s".formatted(entry, stage));
        stage = next;
    }

    private void isOfNewest(JobEvent entry, FencingToken attempt) {
        Violation.unless(attempt.equals(token), "S3", () -> "%s is not of attempt %s".formatted(entry, token));
    }

    /** Whether the stored state is the one that the history tells. */
    boolean tells(JobState state) {
        Stage stored = switch (state) {
            case JobState.Queued _ -> Stage.QUEUED;
            case JobState.Assigned _ -> Stage.ASSIGNED;
            case JobState.Running _ -> Stage.RUNNING;
            case JobState.Cancelling _ -> Stage.CANCELLING;
            case JobState.Finishing _ -> Stage.FINISHING;
            case JobState.Ended _ -> Stage.ENDED;
        };
        return stored == stage && state.token().equals(token);
    }
}
