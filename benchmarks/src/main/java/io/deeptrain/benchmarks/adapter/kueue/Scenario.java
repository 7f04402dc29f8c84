package io.deeptrain.benchmarks.adapter.kueue;

import io.deeptrain.benchmarks.adapter.kueue.KueueConfig.Cohort;
import io.deeptrain.benchmarks.adapter.kueue.KueueConfig.QueueSet;
import io.deeptrain.benchmarks.adapter.kueue.KueueConfig.Workload;
import io.deeptrain.benchmarks.adapter.kueue.KueueConfig.WorkloadSet;
import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.queue.Priority;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * One of Kueue's configurations in our terms: a cohort is a group that has what its queues have together and borrows
 * nothing, a queue a user with a guarantee and a limit, a class of workloads an app of the user with its priority.
 *
 * @param arrivals in the order in which they come
 * @param settings the scheduler's properties, a line each
 * @param gpus of all queues together
 */
record Scenario(List<Arrival> arrivals, List<String> settings, int gpus) {
    private static final String QUEUES = "deeptrain.scheduler.queues.";
    private static final int REHEARSED_EACH = 10;

    /** A job that comes so long after the first one. */
    record Arrival(String job, Tenant tenant, Workload workload, long atMillis) {}

    /** A tenth of it under other names, for a scheduler that has just been started to get warm by. */
    Scenario rehearsal() {
        List<Arrival> some = new ArrayList<>();
        for (int n = 0; n < arrivals.size(); n += REHEARSED_EACH) {
            Arrival arrival = arrivals.get(n);
            some.add(new Arrival(
                    "rehearsed-" + arrival.job(),
                    arrival.tenant(),
                    arrival.workload(),
                    arrival.atMillis() / REHEARSED_EACH));
        }
        return new Scenario(some, settings, gpus);
    }

    /** GPU-milliseconds of all jobs. */
    long work() {
        return arrivals.stream()
                .mapToLong(arrival ->
                        arrival.workload().runtimeMs() * arrival.workload().request())
                .sum();
    }

    static Scenario of(KueueConfig config) {
        List<Priority> classes = List.of(Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.CRITICAL);
        TreeSet<Integer> priorities = new TreeSet<>();
        for (Cohort cohort : config.cohorts()) {
            for (QueueSet queues : cohort.queuesSets()) {
                for (WorkloadSet set : queues.workloadsSets()) {
                    set.workloads().forEach(workload -> priorities.add(workload.priority()));
                }
            }
        }
        if (priorities.size() > classes.size()) {
            throw new IllegalArgumentException(
                    "priorities %s: at most %d can be told apart".formatted(priorities, classes.size()));
        }
        Builder builder = new Builder();
        for (Cohort cohort : config.cohorts()) {
            for (int n = 0; n < cohort.count(); n++) {
                builder.add(
                        cohort,
                        workload -> classes.get(
                                priorities.headSet(workload.priority()).size()));
            }
        }
        builder.arrivals.sort(Comparator.comparingLong(Arrival::atMillis));
        return new Scenario(builder.arrivals, builder.settings, builder.gpus);
    }

    private interface Priorities {
        Priority of(Workload workload);
    }

    private static final class Builder {
        private final List<Arrival> arrivals = new ArrayList<>();
        private final List<String> settings = new ArrayList<>();
        private int gpus;
        private int groups;
        private int users;

        void add(Cohort cohort, Priorities priorities) {
            String group = "cohort-" + groups++;
            int gpusBefore = gpus;
            for (QueueSet queues : cohort.queuesSets()) {
                for (int n = 0; n < queues.count(); n++) {
                    gpus += queues.nominalQuota();
                    add(queues, group, priorities);
                }
            }
            set("groups." + group + ".guaranteed", gpus - gpusBefore);
            set("groups." + group + ".borrow-max", 0);
        }

        private void add(QueueSet queues, String group, Priorities priorities) {
            String user = "queue-" + users++;
            set("users." + user + ".group", group);
            set("users." + user + ".guaranteed", queues.nominalQuota());
            set("users." + user + ".borrow-max", queues.borrowingLimit());
            for (WorkloadSet set : queues.workloadsSets()) {
                for (Workload workload : set.workloads()) {
                    Tenant app = new Tenant(user, workload.className());
                    set("apps." + user + "/" + workload.className() + ".priority", priorities.of(workload));
                    for (int n = 0; n < set.count(); n++) {
                        String job = "%s-%s-%04d".formatted(user, workload.className(), n);
                        arrivals.add(new Arrival(job, app, workload, n * set.creationIntervalMs()));
                    }
                }
            }
        }

        private void set(String property, Object value) {
            settings.add(QUEUES + property + "=" + value);
        }
    }
}
