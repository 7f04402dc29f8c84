package io.deeptrain.event;

import java.util.Arrays;
import java.util.Optional;

/** The Kafka topics and what their records are keyed by. */
public enum Topic {
    /** Front door to scheduler, keyed by job. */
    REQUESTS("deeptrain.training.requests"),
    /** Scheduler to workers, keyed by worker. */
    ASSIGNMENTS("deeptrain.training.assignments"),
    /** Workers to scheduler, billing and front door, keyed by job. */
    ATTEMPTS("deeptrain.training.attempts"),
    /** Workers to scheduler, keyed by worker; and the scheduler's own pulse. */
    HEARTBEATS("deeptrain.fleet.heartbeats"),
    /** The history of each job, for everyone, keyed by job. */
    JOBS("deeptrain.jobs"),
    /** What each job costs, for everyone, keyed by job. */
    CHARGES("deeptrain.billing.charges");

    private static final String DEAD_LETTER_SUFFIX = ".dlq";

    private final String topicName;

    Topic(String topicName) {
        this.topicName = topicName;
    }

    public String topicName() {
        return topicName;
    }

    /** Where records of this topic go that could not be read. */
    public String deadLetterName() {
        return topicName + DEAD_LETTER_SUFFIX;
    }

    public static Optional<Topic> named(String topicName) {
        return Arrays.stream(values())
                .filter(topic -> topic.topicName.equals(topicName))
                .findFirst();
    }
}
