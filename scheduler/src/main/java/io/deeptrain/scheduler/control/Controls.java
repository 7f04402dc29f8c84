package io.deeptrain.scheduler.control;

import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.placement.QuarantineRule;
import io.deeptrain.scheduler.placement.QuarantineRule.Standing;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a scheduler remembers beside the jobs, so that a successor goes on by it.
 *
 * @param queues with limits that an operator has set, which count instead of configured ones
 * @param conditions of the workers that an operator has taken out of service
 * @param standings of the workers that have failed lately; times in nanoseconds since 1970
 */
public record Controls(
        SortedMap<QueueName, Member> queues,
        SortedMap<WorkerId, Condition> conditions,
        SortedMap<WorkerId, Standing> standings) {
    public static final Controls NONE = new Controls(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

    public Controls {
        queues = Collections.unmodifiableSortedMap(new TreeMap<>(queues));
        conditions = Collections.unmodifiableSortedMap(new TreeMap<>(conditions));
        standings = Collections.unmodifiableSortedMap(new TreeMap<>(standings));
    }

    /**
     * The limits that count. What an operator has set for a queue whose group is no longer configured is left out, and
     * counts again when the group is back.
     */
    public QueueSettings over(QueueSettings configured) {
        QueueSettings settings = configured;
        for (Map.Entry<QueueName, Member> entry : queues.entrySet()) {
            if (entry.getKey() instanceof QueueName.OfGroup) {
                settings = withIfPossible(
                        settings,
                        entry.getKey(),
                        new Member(Member.NO_GROUP, entry.getValue().limits()));
            }
        }
        for (Map.Entry<QueueName, Member> entry : queues.entrySet()) {
            settings = withIfPossible(settings, entry.getKey(), entry.getValue());
        }
        return settings;
    }

    private static QueueSettings withIfPossible(QueueSettings settings, QueueName queue, Member member) {
        Map<QueueName, Member> one = Map.of(queue, member);
        return settings.flawOf(one).isPresent() ? settings : settings.with(one);
    }

    public Condition conditionOf(WorkerId workerId) {
        return conditions.getOrDefault(workerId, Condition.IN_SERVICE);
    }

    public Standing standingOf(WorkerId workerId) {
        return standings.getOrDefault(workerId, QuarantineRule.GOOD);
    }

    /** Whether the worker gets no new work, by an operator's order or because it failed too often. */
    public boolean isBarred(WorkerId workerId) {
        return conditionOf(workerId) != Condition.IN_SERVICE
                || standingOf(workerId).isOut();
    }

    public Controls with(QueueName queue, Member member) {
        SortedMap<QueueName, Member> more = new TreeMap<>(queues);
        more.put(queue, member);
        return new Controls(more, conditions, standings);
    }

    public Controls without(QueueName queue) {
        SortedMap<QueueName, Member> fewer = new TreeMap<>(queues);
        fewer.remove(queue);
        return new Controls(fewer, conditions, standings);
    }

    /** What is left of them where the limits are known already. */
    public Controls withoutQueues() {
        return new Controls(new TreeMap<>(), conditions, standings);
    }

    public Controls with(WorkerId workerId, Condition condition) {
        SortedMap<WorkerId, Condition> more = new TreeMap<>(conditions);
        if (condition == Condition.IN_SERVICE) {
            more.remove(workerId);
        } else {
            more.put(workerId, condition);
        }
        return new Controls(queues, more, standings);
    }

    public Controls with(WorkerId workerId, Standing standing) {
        SortedMap<WorkerId, Standing> more = new TreeMap<>(standings);
        if (standing.equals(QuarantineRule.GOOD)) {
            more.remove(workerId);
        } else {
            more.put(workerId, standing);
        }
        return new Controls(queues, conditions, more);
    }
}
