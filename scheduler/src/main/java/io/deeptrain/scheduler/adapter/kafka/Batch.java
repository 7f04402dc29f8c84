package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Topic;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.Position;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.scheduler.control.AuditEntry;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.engine.Decisions;
import io.deeptrain.scheduler.job.JobDecision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What one transaction is to write. */
final class Batch {
    private final CloudEventRecords records;
    private final Instant now;
    private final List<JobEvent> history = new ArrayList<>();
    private final List<OutboxRow> outbox = new ArrayList<>();
    private final List<OutboxRow> deadLetters = new ArrayList<>();
    private final List<Position> processed = new ArrayList<>();
    private final Set<JobId> changedJobs = new LinkedHashSet<>();
    private final Set<JobId> newJobs = new LinkedHashSet<>();
    private final List<JobDecision> decided = new ArrayList<>();
    private final List<AuditEntry> audit = new ArrayList<>();
    private Optional<Controls> controls = Optional.empty();

    Batch(CloudEventRecords records, Instant now) {
        this.records = records;
        this.now = now;
    }

    void add(Decisions decisions) {
        for (JobEvent entry : decisions.history()) {
            outbox.add(records.toRow(Envelope.of(entry, SchedulerLoop.SOURCE, entry.sequence(), entry.occurredAt())));
            history.add(entry);
            JobDecision.of(entry).ifPresent(decided::add);
            if (entry instanceof JobQueued) {
                newJobs.add(entry.jobId());
            }
        }
        for (AssignmentEvent assignment : decisions.assignments()) {
            outbox.add(records.toRow(Envelope.of(assignment, SchedulerLoop.SOURCE, sequence(assignment), now)));
        }
        decided.addAll(decisions.remarks());
        changedJobs.addAll(decisions.changedJobs());
        controls = decisions.controls().or(() -> controls);
    }

    void audit(AuditEntry entry) {
        audit.add(entry);
    }

    void park(OutboxRow deadLetter) {
        outbox.add(deadLetter);
        deadLetters.add(deadLetter);
    }

    /** Beats are heard from now on after a restart, so their positions are not worth a write. */
    void processed(Position position) {
        if (!position.topic().equals(Topic.HEARTBEATS.topicName())) {
            processed.add(position);
        }
    }

    boolean isEmpty() {
        return outbox.isEmpty()
                && processed.isEmpty()
                && changedJobs.isEmpty()
                && audit.isEmpty()
                && controls.isEmpty();
    }

    List<JobEvent> history() {
        return history;
    }

    /** In words. */
    List<JobDecision> decided() {
        return decided;
    }

    List<OutboxRow> outbox() {
        return outbox;
    }

    List<OutboxRow> deadLetters() {
        return deadLetters;
    }

    List<Position> processed() {
        return processed;
    }

    Set<JobId> changedJobs() {
        return changedJobs;
    }

    List<AuditEntry> audit() {
        return audit;
    }

    /** As they are at the end of the batch, if they have changed. */
    Optional<Controls> controls() {
        return controls;
    }

    boolean isNew(JobId jobId) {
        return newJobs.contains(jobId);
    }

    /** An attempt is assigned, and then perhaps stopped. */
    private static long sequence(AssignmentEvent assignment) {
        return switch (assignment) {
            case AttemptAssigned _, RanksAssigned _ -> 1;
            case AttemptStopRequested _ -> 2;
        };
    }
}
