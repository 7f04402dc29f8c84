package io.deeptrain.scheduler.job;

import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.StoredObject;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** How a job ended. */
public sealed interface Ending {
    /** How the work ended, by itself. It becomes the job's ending once the front door has sealed it. */
    sealed interface Outcome extends Ending {}

    record Succeeded(StoredObject model, Map<String, Double> metrics, Completion completion) implements Outcome {
        public Succeeded {
            metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
        }
    }

    record Failed(Fault fault, String code, String message) implements Outcome {}

    record Cancelled(Instant cancelledAt) implements Ending {}
}
