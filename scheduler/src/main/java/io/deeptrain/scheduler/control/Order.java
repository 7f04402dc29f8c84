package io.deeptrain.scheduler.control;

import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import java.util.Optional;

/** What an operator wants of the scheduler. It may be refused, see {@link Answer}. */
public sealed interface Order {
    /** What it is called where it is written down. */
    String action();

    /** What it is about, as it is written down. */
    String target();

    /** About a queue: its group and limits. */
    sealed interface OfQueue extends Order {
        QueueName queue();

        @Override
        default String target() {
            return queue().words();
        }
    }

    /** About a job. */
    sealed interface OfJob extends Order {
        JobId jobId();

        @Override
        default String target() {
            return "job " + jobId();
        }
    }

    /** The queue has this group and these limits, whatever is configured. */
    record SetLimits(QueueName queue, Member member) implements OfQueue {
        @Override
        public String action() {
            return "set-limits";
        }
    }

    /** The queue has the group and limits that are configured. */
    record ResetLimits(QueueName queue) implements OfQueue {
        @Override
        public String action() {
            return "reset-limits";
        }
    }

    /** The worker takes on work, or none; or is to be emptied. To take it in service ends a quarantine too. */
    record SetCondition(WorkerId workerId, Condition condition) implements Order {
        @Override
        public String action() {
            return switch (condition) {
                case IN_SERVICE -> "uncordon";
                case CORDONED -> "cordon";
                case DRAINING -> "drain";
            };
        }

        @Override
        public String target() {
            return "worker " + workerId;
        }
    }

    /** The job does not run until it is released; one that runs saves a checkpoint and makes room. */
    record Hold(JobId jobId) implements OfJob {
        @Override
        public String action() {
            return "hold";
        }
    }

    record Release(JobId jobId) implements OfJob {
        @Override
        public String action() {
            return "release";
        }
    }

    /** The job runs on this worker next; one that runs elsewhere saves a checkpoint and makes room there. */
    record Move(JobId jobId, WorkerId to) implements OfJob {
        @Override
        public String action() {
            return "move";
        }
    }

    /** The job has this priority, or again that of its queue. */
    record Prioritise(JobId jobId, Optional<Priority> priority) implements OfJob {
        @Override
        public String action() {
            return "priority";
        }
    }
}
