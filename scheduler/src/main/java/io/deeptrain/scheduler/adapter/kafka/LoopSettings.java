package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.event.SchedulerId;
import io.deeptrain.scheduler.adapter.recording.Recorder;
import io.deeptrain.scheduler.engine.EngineSettings;

/**
 * What one scheduler process is told.
 *
 * @param partitions of a topic that is not there yet
 * @param replication of a topic that is not there yet
 * @param recorders of what a leader is told
 */
public record LoopSettings(
        SchedulerId schedulerId,
        String bootstrapServers,
        int partitions,
        int replication,
        EngineSettings engine,
        Recorder.Factory recorders) {}
