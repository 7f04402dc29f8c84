package io.deeptrain.event;

/** Identifies one training job. A job trains exactly one model version. */
public record JobId(String value) implements Comparable<JobId> {
    public JobId {
        Text.requireId("job id", value);
    }

    @Override
    public int compareTo(JobId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
