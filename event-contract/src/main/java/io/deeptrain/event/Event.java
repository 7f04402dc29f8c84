package io.deeptrain.event;

/** Something that happened and that another service may read about on Kafka. */
public sealed interface Event permits RequestEvent, AssignmentEvent, AttemptEvent, FleetEvent, JobEvent, ChargeEvent {

    /** The record's key. Records of one key are delivered in the order in which they were written. */
    String partitionKey();

    /** Tells this fact from every other of its type. Telling it again gives the same key. */
    String factKey();

    /** What the event is about, as in {@code jobs/3f2a} or {@code workers/gpu-1}. */
    String subject();
}
