package io.deeptrain.worker.adapter.kafka;

import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.port.EventLog;
import io.deeptrain.messaging.port.TransportUnavailableException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A log that refuses everything until it is told to be back. */
final class StubbornLog implements EventLog {
    private static final long WAIT_SECONDS = 20;

    private final BlockingQueue<OutboxRow> rows = new LinkedBlockingQueue<>();
    private final BlockingQueue<List<OutboxRow>> refusals = new LinkedBlockingQueue<>();
    private volatile boolean away;

    StubbornLog away(boolean isAway) {
        away = isAway;
        return this;
    }

    @Override
    public void publish(List<OutboxRow> published) {
        if (away) {
            refusals.add(published);
            throw new TransportUnavailableException("away");
        }
        rows.addAll(published);
    }

    void awaitRefusal() throws InterruptedException {
        if (refusals.poll(WAIT_SECONDS, TimeUnit.SECONDS) == null) {
            throw new AssertionError("nothing was tried");
        }
    }

    /** The next row's sequence and type. */
    String next() throws InterruptedException {
        OutboxRow row = rows.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (row == null) {
            throw new AssertionError("nothing was published");
        }
        return row.headers().get("ce_sequence") + " " + row.headers().get("ce_type");
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }
}
