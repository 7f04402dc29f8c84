package io.deeptrain.worker.adapter.kafka;

import io.deeptrain.event.Envelope;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.port.EventLog;
import io.deeptrain.messaging.port.TransportUnavailableException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Sends beats on a thread of its own. A beat that cannot be sent at once is dropped for the next. */
public final class BeatOutlet implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(BeatOutlet.class);
    private static final int WAITING_MAX = 4;
    private static final long POLL_MILLIS = 200;
    private static final long CLOSE_MILLIS = 3_000;

    private final EventLog log;
    private final String source;
    private final InstantSource clock;
    private final CloudEventRecords records = new CloudEventRecords();
    private final BlockingQueue<WorkerBeat> waiting = new LinkedBlockingQueue<>(WAITING_MAX);
    private final Thread thread;
    private volatile boolean closing;
    private volatile boolean heard;

    /** Starts sending. */
    public BeatOutlet(EventLog log, String source, InstantSource clock) {
        this.log = log;
        this.source = source;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("beat-outlet").start(this::send);
    }

    /** Never blocks. */
    public void send(WorkerBeat beat) {
        while (!waiting.offer(beat)) {
            waiting.poll();
        }
    }

    /** Whether the newest beat that was tried reached the broker. */
    public boolean isHeard() {
        return heard;
    }

    private void send() {
        try {
            while (!closing || !waiting.isEmpty()) {
                WorkerBeat beat = waiting.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (beat != null) {
                    send(Envelope.of(beat, source, beat.number(), clock.instant()));
                }
            }
        } catch (InterruptedException closed) {
            LOG.debug("closed while waiting", closed);
        }
    }

    private void send(Envelope envelope) {
        try {
            log.publish(List.of(records.toRow(envelope)));
            heard = true;
        } catch (TransportUnavailableException away) {
            heard = false;
            LOG.debugf("beat dropped: %s", away.getMessage());
        }
    }

    /** The last beats have a moment to leave. */
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
