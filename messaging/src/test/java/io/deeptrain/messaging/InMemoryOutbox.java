package io.deeptrain.messaging;

import io.deeptrain.messaging.port.OutboxStore;
import java.util.List;
import java.util.TreeMap;

/** An outbox whose every change is committed at once. */
final class InMemoryOutbox implements OutboxStore {
    private final TreeMap<Long, OutboxRow> rows = new TreeMap<>();

    void insert(OutboxRow row) {
        rows.put(row.id(), row);
    }

    @Override
    public List<OutboxRow> unpublished(int max) {
        return rows.values().stream().limit(max).toList();
    }

    @Override
    public void delete(List<Long> ids) {
        ids.forEach(rows::remove);
    }
}
