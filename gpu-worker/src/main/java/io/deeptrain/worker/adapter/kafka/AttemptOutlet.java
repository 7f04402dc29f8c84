package io.deeptrain.worker.adapter.kafka;

import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Envelope;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.port.EventLog;
import io.deeptrain.messaging.port.TransportUnavailableException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Sends what is said about attempts, in the order in which it was said, for as long as it takes: an outage of the
 * broker delays events and loses none. The only thing that is let go, after hours without a broker, is progress.
 */
public final class AttemptOutlet implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(AttemptOutlet.class);

    /** Half a day of progress. */
    private static final int PROGRESS_WAITING_MAX = 50_000;

    private static final int BATCH_MAX = 100;
    private static final int SUBJECTS_MAX = 64;
    private static final long RETRY_MILLIS = 500;
    private static final long CLOSE_MILLIS = 3_000;

    private final EventLog log;
    private final String source;
    private final InstantSource clock;
    private final CloudEventRecords records = new CloudEventRecords();
    private final BlockingQueue<AttemptEvent> waiting = new LinkedBlockingQueue<>();
    private final Map<String, Long> sequences = new LinkedHashMap<>();
    private final Thread thread;
    private volatile boolean closing;

    private volatile Consumer<AttemptEvent> acknowledged = event -> {};

    /** Sends nothing before it is started. */
    public AttemptOutlet(EventLog log, String source, InstantSource clock) {
        this.log = log;
        this.source = source;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("attempt-outlet").unstarted(this::send);
    }

    /**
     * Starts sending.
     *
     * @param listener told of each event that the broker has, on this outlet's thread
     */
    public void start(Consumer<AttemptEvent> listener) {
        acknowledged = listener;
        thread.start();
    }

    /** Never blocks. An event that already waits is not queued again. */
    public void publish(AttemptEvent event) {
        boolean dispensable = event instanceof ProgressReported && waiting.size() >= PROGRESS_WAITING_MAX;
        if (!dispensable && !waiting.contains(event)) {
            waiting.add(event);
        }
    }

    private void send() {
        List<AttemptEvent> batch = new ArrayList<>();
        try {
            while (!closing) {
                AttemptEvent first = waiting.poll(RETRY_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    waiting.drainTo(batch, BATCH_MAX - 1);
                    sendForEver(batch.stream().map(this::row).toList());
                    batch.forEach(acknowledged);
                    batch.clear();
                }
            }
        } catch (InterruptedException closed) {
            LOG.debug("closed while waiting", closed);
        }
    }

    private void sendForEver(List<OutboxRow> rows) throws InterruptedException {
        while (true) {
            try {
                log.publish(rows);
                return;
            } catch (TransportUnavailableException away) {
                LOG.warnf("Kafka is away, %d events wait: %s", rows.size() + waiting.size(), away.getMessage());
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            }
        }
    }

    private OutboxRow row(AttemptEvent event) {
        long sequence = sequences.merge(event.subject(), 1L, Long::sum);
        if (sequences.size() > SUBJECTS_MAX) {
            sequences.remove(sequences.keySet().iterator().next());
        }
        return records.toRow(Envelope.of(event, source, sequence, clock.instant()));
    }

    /** What waits has a moment to leave. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
