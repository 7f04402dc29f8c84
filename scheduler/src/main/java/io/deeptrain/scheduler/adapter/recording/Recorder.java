package io.deeptrain.scheduler.adapter.recording;

import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.engine.Decisions;
import io.deeptrain.scheduler.engine.Input;
import io.deeptrain.scheduler.job.JobRecord;
import java.util.Collection;

/** Is told what one engine is told, from its restore on. */
public interface Recorder extends AutoCloseable {
    Recorder NONE = new Recorder() {
        @Override
        public void restored(Collection<JobRecord> jobs, Controls controls) {}

        @Override
        public void folded(Input input, Decisions decisions) {}

        @Override
        public void committed() {}

        @Override
        public void close() {}
    };

    /** What the engine was restored from. */
    void restored(Collection<JobRecord> jobs, Controls controls);

    /** The engine was told this, and decided that. */
    void folded(Input input, Decisions decisions);

    /** All that was decided so far counts. What follows the last of these may not have happened. */
    void committed();

    @Override
    void close();

    /** Makes one for each engine. */
    interface Factory {
        Factory NONE = _ -> Recorder.NONE;

        /** For an engine of the leader with this epoch. */
        Recorder open(long epoch);
    }
}
