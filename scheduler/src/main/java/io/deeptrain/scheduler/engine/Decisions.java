package io.deeptrain.scheduler.engine;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.control.Answer;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.job.JobDecision;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What follows from one input. All of it is committed together, or none of it happened.
 *
 * @param history in the order in which it is to be told
 * @param remarks why running jobs were asked to leave, and for whom
 * @param assignments in the order in which they are to be sent
 * @param changedJobs whose records are to be stored, in the order in which they first changed
 * @param controls to be stored instead of the earlier ones, if they have changed
 * @param answer to the operator, if it was one who asked
 */
public record Decisions(
        List<JobEvent> history,
        List<JobDecision> remarks,
        List<AssignmentEvent> assignments,
        Set<JobId> changedJobs,
        Optional<Controls> controls,
        Optional<Answer> answer) {
    public Decisions {
        history = List.copyOf(history);
        remarks = List.copyOf(remarks);
        assignments = List.copyOf(assignments);
        changedJobs = Collections.unmodifiableSet(new LinkedHashSet<>(changedJobs));
    }

    /** Nobody has ordered anything, no worker has failed, and nobody was asked to leave. */
    public Decisions(List<JobEvent> history, List<AssignmentEvent> assignments, Set<JobId> changedJobs) {
        this(history, List.of(), assignments, changedJobs, Optional.empty(), Optional.empty());
    }
}
