package io.deeptrain.messaging.port;

import io.deeptrain.messaging.OutboxRow;
import java.util.List;

/** The rows that are still to be published, in one transaction of the database. */
public interface OutboxStore {
    /**
     * The committed rows that lie there, smallest id first. Never those after the last one seen: ids are given out
     * before the commit, so a smaller one can appear after a larger one.
     *
     * @throws TransportUnavailableException if the database is away
     */
    List<OutboxRow> unpublished(int max);

    /**
     * Deletes rows that the log has acknowledged.
     *
     * @throws TransportUnavailableException if the database is away
     */
    void delete(List<Long> ids);
}
