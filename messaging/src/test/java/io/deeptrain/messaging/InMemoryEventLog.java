package io.deeptrain.messaging;

import io.deeptrain.messaging.port.EventLog;
import io.deeptrain.messaging.port.TransportUnavailableException;
import java.util.ArrayList;
import java.util.List;

/** A log of one partition that can be told to break off. */
final class InMemoryEventLog implements EventLog {
    private final List<OutboxRow> records = new ArrayList<>();
    private int recordsLeft = Integer.MAX_VALUE;

    /** The next publish fails after so many records. */
    void breakOffAfter(int records) {
        recordsLeft = records;
    }

    List<Long> ids() {
        return records.stream().map(OutboxRow::id).toList();
    }

    @Override
    public void publish(List<OutboxRow> rows) {
        for (OutboxRow row : rows) {
            if (recordsLeft-- == 0) {
                recordsLeft = Integer.MAX_VALUE;
                throw new TransportUnavailableException("broke off before " + row);
            }
            records.add(row);
        }
    }
}
