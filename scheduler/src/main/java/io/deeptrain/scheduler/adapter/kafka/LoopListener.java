package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.event.JobEvent;
import io.deeptrain.scheduler.job.JobRecord;
import java.time.Duration;

/** Is told what was committed. */
public interface LoopListener {
    /** This entry was added to the history of the job, whose record is given as it was at the end of the batch. */
    void committed(JobEvent entry, JobRecord job);

    /** A batch was folded and committed. */
    void cycled(int records, Duration took);

    /** A record was parked on its dead-letter topic. */
    void parked(String topic);

    /** The engine was thrown away. */
    void reloading();
}
