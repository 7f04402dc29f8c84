package io.deeptrain.messaging.port;

import io.deeptrain.messaging.OutboxRow;
import java.util.List;

/** The log that everyone reads. */
public interface EventLog {
    /**
     * Appends the rows and returns once all of them are acknowledged. After a failure a prefix of each partition's rows
     * may have been appended, never a later row without the earlier ones: whoever publishes the same rows again keeps
     * the order of first appearance.
     *
     * @throws TransportUnavailableException if not all were acknowledged
     */
    void publish(List<OutboxRow> rows);
}
