package io.deeptrain.benchmarks.adapter.failover;

import io.deeptrain.benchmarks.adapter.platform.Requests;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.Terminal;
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.Topic;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.messaging.adapter.kafka.Received;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Asks for trainings, and answers that nobody cancels what is about to end. */
final class StandInFrontDoor implements AutoCloseable {
    private static final String SOURCE = "/deeptrain/api";
    private static final Duration POLL = Duration.ofMillis(100);

    /** As many tenants share the workers. */
    private static final int TENANTS = 10;

    private final KafkaEventLog log;
    private final AssignedConsumer jobs;
    private final CloudEventRecords records = new CloudEventRecords();
    private final Set<JobId> ended = new HashSet<>();

    StandInFrontDoor(String kafka, KafkaEventLog log) {
        this.log = log;
        jobs = AssignedConsumer.open(kafka, List.of(Topic.JOBS), Map.of(), Beginning.OLDEST);
    }

    void ask(int count, Duration estimate) {
        List<OutboxRow> rows = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            rows.add(row(Requests.training("job-%05d".formatted(number), number % TENANTS, estimate)));
        }
        log.publish(rows);
    }

    /** Answers what has come; says how many jobs have ended. */
    int serve() {
        for (var kafkaRecord : jobs.poll(POLL)) {
            if (records.read(kafkaRecord) instanceof Received.Readable(Envelope envelope, var _)) {
                hear(envelope.event());
            }
        }
        return ended.size();
    }

    private void hear(Event event) {
        if (event instanceof JobFinishing finishing) {
            log.publish(List.of(row(new JobSealed(finishing.jobId(), Instant.now()))));
        } else if (event instanceof Terminal terminal) {
            ended.add(terminal.jobId());
        }
    }

    private OutboxRow row(RequestEvent event) {
        return records.toRow(Envelope.of(event, SOURCE, 1, Instant.now()));
    }

    @Override
    public void close() {
        jobs.close();
    }
}
