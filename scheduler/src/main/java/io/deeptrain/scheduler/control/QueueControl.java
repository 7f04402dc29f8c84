package io.deeptrain.scheduler.control;

import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One queue as operators look at it.
 *
 * @param member its group and limits
 * @param running jobs that have a worker
 * @param gpus that those hold
 * @param waiting jobs, those that are held among them
 */
public record QueueControl(QueueName name, Member member, SetBy setBy, int running, long gpus, int waiting, int held) {
    /** Whose limits count. */
    public enum SetBy {
        OPERATOR("an operator"),
        CONFIGURATION("the configuration"),
        NOBODY("nobody");

        private final String words;

        SetBy(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /** Every queue that has jobs or is named: groups, users, apps, each by name. */
    public static List<QueueControl> all(QueueSettings settings, Controls controls, Collection<JobRecord> jobs) {
        TreeMap<QueueName, Counts> counts = new TreeMap<>();
        settings.groups().keySet().forEach(name -> counts.put(new QueueName.OfGroup(name), new Counts()));
        settings.users().keySet().forEach(name -> counts.put(new QueueName.OfUser(name), new Counts()));
        settings.tenants().keySet().forEach(name -> counts.put(new QueueName.OfApp(name), new Counts()));
        for (JobRecord job : jobs) {
            for (QueueName queue : path(settings, job.tenant())) {
                counts.computeIfAbsent(queue, _ -> new Counts()).add(job);
            }
        }
        List<QueueControl> queues = new ArrayList<>();
        counts.forEach((queue, count) -> queues.add(new QueueControl(
                queue,
                settings.memberOf(queue),
                setBy(settings, controls, queue),
                count.running,
                count.gpus,
                count.waiting,
                count.held)));
        return queues;
    }

    /** From the app's queue upwards. */
    private static List<QueueName> path(QueueSettings settings, Tenant tenant) {
        List<QueueName> path = new ArrayList<>();
        path.add(new QueueName.OfApp(tenant));
        path.add(new QueueName.OfUser(tenant.userId()));
        String group = settings.user(tenant.userId()).group();
        while (!group.equals(Member.NO_GROUP)) {
            path.add(new QueueName.OfGroup(group));
            group = settings.groupOf(group).group();
        }
        return path;
    }

    private static SetBy setBy(QueueSettings settings, Controls controls, QueueName queue) {
        if (controls.queues().containsKey(queue)) {
            return SetBy.OPERATOR;
        }
        Map<?, ?> configured = switch (queue) {
            case QueueName.OfGroup _ -> settings.groups();
            case QueueName.OfUser _ -> settings.users();
            case QueueName.OfApp _ -> settings.tenants();
        };
        Object key = queue instanceof QueueName.OfApp(var tenant) ? tenant : queue.name();
        return configured.containsKey(key) ? SetBy.CONFIGURATION : SetBy.NOBODY;
    }

    private static final class Counts {
        private int running;
        private long gpus;
        private int waiting;
        private int held;

        void add(JobRecord job) {
            if (job.state() instanceof Leased) {
                running++;
                gpus += job.gpusHeld();
            } else if (job.state() instanceof Queued) {
                waiting++;
                held += job.isHeld() ? 1 : 0;
            }
        }
    }
}
