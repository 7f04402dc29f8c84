package io.deeptrain.benchmarks.adapter.platform;

import io.deeptrain.event.Envelope;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Many large workers that say once a second that they are there, and what they hold. Of one thread. */
public final class StandInWorkers {
    private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final KafkaEventLog log;
    private final int gpusEach;
    private final CloudEventRecords records = new CloudEventRecords();
    private final Map<WorkerId, Set<Holding>> holdings = new LinkedHashMap<>();
    private long nextNanos = System.nanoTime();
    private int beats;

    public StandInWorkers(int count, int gpusEach, KafkaEventLog log) {
        this.log = log;
        this.gpusEach = gpusEach;
        for (int n = 0; n < count; n++) {
            holdings.put(new WorkerId("worker-" + n), new LinkedHashSet<>());
        }
    }

    /** Answers how often each has beaten. */
    public int beatIfDue() {
        if (System.nanoTime() - nextNanos >= 0) {
            nextNanos += BEAT_NANOS;
            beats++;
            List<OutboxRow> rows = new ArrayList<>();
            holdings.forEach((workerId, held) -> rows.add(records.toRow(Envelope.of(
                    new WorkerBeat(
                            workerId,
                            new IncarnationId(workerId + "-1"),
                            beats,
                            "cpu",
                            gpusEach,
                            Readiness.ACCEPTING,
                            List.copyOf(held)),
                    "/deeptrain/workers/" + workerId,
                    beats,
                    Instant.now()))));
            log.publish(rows);
        }
        return beats;
    }

    /** Answers whether it is one of these workers, and news to it. */
    public boolean take(WorkerId workerId, Holding holding) {
        Set<Holding> held = holdings.get(workerId);
        return held != null && held.add(holding);
    }

    public void release(WorkerId workerId, Holding holding) {
        Set<Holding> held = holdings.get(workerId);
        if (held != null) {
            held.remove(holding);
        }
    }
}
