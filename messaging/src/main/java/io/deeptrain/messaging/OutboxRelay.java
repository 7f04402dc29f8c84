package io.deeptrain.messaging;

import io.deeptrain.messaging.port.EventLog;
import io.deeptrain.messaging.port.OutboxStore;
import java.util.List;

/**
 * Moves rows from the outbox to the log: read, publish, delete what was acknowledged. A crash between the last two
 * publishes the rows again, so delivery is at least once and each fact keeps its id.
 */
public final class OutboxRelay {
    /** Enough to fill the broker's batches, small enough for one transaction. */
    public static final int BATCH_MAX = 500;

    private OutboxRelay() {}

    /** One round, in one transaction that the caller commits. Answers how many rows it moved. */
    public static int round(OutboxStore store, EventLog log) {
        List<OutboxRow> rows = store.unpublished(BATCH_MAX);
        if (rows.isEmpty()) {
            return 0;
        }
        log.publish(rows);
        store.delete(rows.stream().map(OutboxRow::id).toList());
        return rows.size();
    }
}
