package io.deeptrain.worker.attempt;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.worker.gpu.GpuHealth;

/** What moves the worker's protocol. */
public sealed interface WorkerInput {
    /** Read from the worker's partition of the assignments. */
    record Heard(AssignmentEvent event) implements WorkerInput {}

    /** The trainer reported. */
    record Trained(TrainerReport report) implements WorkerInput {}

    /** No rank of this attempt, which another worker leads, runs here any more. */
    record GivenBack(AttemptId attempt) implements WorkerInput {}

    /** The broker has this event for good. */
    record Acknowledged(AttemptEvent event) implements WorkerInput {}

    /** The GPUs are otherwise than they were. */
    record GpusSeen(GpuHealth health) implements WorkerInput {}

    /** Another second is over: time for a beat. */
    record Tick() implements WorkerInput {}

    /** The process is asked to end: finish up and take no more. */
    record DrainRequested() implements WorkerInput {}
}
