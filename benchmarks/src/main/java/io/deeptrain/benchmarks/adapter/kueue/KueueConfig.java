package io.deeptrain.benchmarks.adapter.kueue;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Queues and the work that comes to them, as github.com/kubernetes-sigs/kueue has them under
 * {@code test/performance/scheduler/configs/CONFIG/generator.yaml}.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record KueueConfig(List<Cohort> cohorts) {
    /** Queues that lend one another what they leave unused. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Cohort(int count, List<QueueSet> queuesSets) {}

    /** Quota and limit in GPUs. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record QueueSet(int count, int nominalQuota, int borrowingLimit, List<WorkloadSet> workloadsSets) {}

    /** So many of each of the workloads, one at each interval. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record WorkloadSet(int count, long creationIntervalMs, List<Workload> workloads) {}

    /** Runs for so long on so many GPUs. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Workload(String className, long runtimeMs, int priority, int request) {}

    /**
     * The configuration of the file.
     *
     * @throws IOException if the file is not there or of another form, with the place
     */
    static KueueConfig read(Path file) throws IOException {
        return new YAMLMapper().readValue(file.toFile(), KueueConfig.class);
    }
}
