package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.log.TrainingLog;
import io.deeptrain.api.version.VersionMachine;
import io.deeptrain.api.version.VersionMachine.ContradictionException;
import io.deeptrain.api.webhook.WebhookEvent;
import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.InputsRead;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.Partition;
import io.deeptrain.messaging.Position;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.DeadLetters;
import io.deeptrain.messaging.adapter.kafka.Received;
import io.deeptrain.messaging.adapter.postgres.PostgresOffsets;
import io.deeptrain.messaging.adapter.postgres.PostgresOutbox;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Works in a batch of records in one transaction.
 *
 * <ol>
 *   <li>Lock the positions of the batch's partitions and drop what is behind them: after a rebalance two consumers may
 *       hold the same records.
 *   <li>Project each record onto the version or charge that it speaks of; what cannot be read goes to the dead letters.
 *   <li>Keep the positions.
 * </ol>
 *
 * A crash anywhere leaves all of it or nothing.
 */
@ApplicationScoped
public class Inbox {
    private static final Logger LOG = Logger.getLogger(Inbox.class);

    private final Database database;
    private final CloudEventRecords records = new CloudEventRecords();
    private final PostgresOutbox outbox = new PostgresOutbox(Database.SCHEMA);
    private final PostgresOffsets offsets = new PostgresOffsets(Database.SCHEMA);

    Inbox(Database database) {
        this.database = database;
    }

    /** Answers how many records were new. */
    public int take(List<ConsumerRecord<byte[], byte[]>> batch) {
        return database.inTransaction(connection -> {
            List<ConsumerRecord<byte[], byte[]>> unseen = lockAndDropSeen(connection, batch);
            List<Position> positions = new ArrayList<>();
            List<OutboxRow> deadLetters = new ArrayList<>();
            List<Received> batchRead = unseen.stream().map(records::read).toList();
            Versions.hold(connection, jobs(batchRead));
            for (int i = 0; i < unseen.size(); i++) {
                positions.add(batchRead.get(i).position());
                switch (batchRead.get(i)) {
                    case Received.Unreadable unreadable ->
                        park(deadLetters, unreadable.deadLetter(), unreadable.position(), unreadable.reason());
                    case Received.Readable readable -> {
                        try {
                            project(connection, readable.envelope().event());
                        } catch (ContradictionException impossible) {
                            String reason = String.valueOf(impossible.getMessage());
                            park(deadLetters, DeadLetters.of(unseen.get(i), reason), readable.position(), reason);
                        }
                    }
                }
            }
            outbox.append(connection, deadLetters);
            offsets.store(connection, positions);
            return unseen.size();
        });
    }

    private static void park(List<OutboxRow> deadLetters, OutboxRow deadLetter, Position position, String reason) {
        LOG.warnf("%s goes to the dead letters: %s", position, reason);
        deadLetters.add(deadLetter);
    }

    private static void project(Connection connection, Event event) throws SQLException {
        Instant now = Sql.now(connection);
        switch (event) {
            case JobEvent entry -> history(connection, entry, now);
            case ProgressReported report -> {
                var held = Versions.lockByJob(connection, report.jobId());
                if (held.isPresent() && Versions.report(connection, held.get(), report, now)) {
                    log(
                            connection,
                            report.jobId(),
                            now,
                            TrainingLog.line(held.get().progress(), report));
                }
            }
            case InputsRead read -> {
                var held = Versions.lockByJob(connection, read.jobId());
                if (held.isPresent()) {
                    Versions.apply(
                            connection,
                            held.get(),
                            VersionMachine.apply(held.get().version(), read),
                            now);
                }
            }
            case ChargeEvent.Stated charge -> Charges.keep(connection, charge);
            case ChargeEvent.ChargeDivided divided -> Invoices.keep(connection, divided);
            // The other reports of workers are for the scheduler, whose history says what became of them.
            case AttemptEvent _, RequestEvent _, AssignmentEvent _, FleetEvent _ -> {}
        }
    }

    private static void history(Connection connection, JobEvent entry, Instant now) throws SQLException {
        var held = Versions.lockByJob(connection, entry.jobId());
        if (held.isEmpty()) {
            LOG.warnf("history of a job that was not requested here: %s", entry);
            return;
        }
        if (entry.sequence() > held.get().version().sequence()) {
            log(connection, entry.jobId(), entry.occurredAt(), TrainingLog.line(entry));
        }
        Versions.apply(connection, held.get(), VersionMachine.apply(held.get().version(), entry, now), now);
        if (entry instanceof JobEvent.Terminal end) {
            Invoices.keepEnd(connection, end);
        }
        if (entry instanceof JobSucceeded end) {
            FinishedTrainings.learn(connection, end);
        }
        var told = WebhookEvent.of(entry);
        if (told.isPresent()) {
            Webhooks.enqueue(
                    connection,
                    held.get().tenant(),
                    told.get().messageId(),
                    told.get().type().publicName(),
                    WebhookJson.of(held.get(), told.get()));
        }
        MDC.put("job_id", entry.jobId().value());
        try {
            LOG.infof("%s, entry %d", entry.getClass().getSimpleName(), entry.sequence());
        } finally {
            MDC.remove("job_id");
        }
    }

    private static void log(Connection connection, JobId jobId, Instant at, Optional<String> line) throws SQLException {
        if (line.isPresent()) {
            LogLines.append(connection, jobId, at, line.get());
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> lockAndDropSeen(
            Connection connection, List<ConsumerRecord<byte[], byte[]>> batch) throws SQLException {
        SortedMap<Partition, Long> nextOffsets = new TreeMap<>();
        batch.forEach(kafkaRecord -> nextOffsets.put(in(kafkaRecord), 0L));
        for (Partition partition : List.copyOf(nextOffsets.keySet())) {
            Sql.update(
                    connection,
                    "insert into inbox_offset (topic, partition, next_offset) values (?, ?, 0) on conflict do nothing",
                    partition.topic(),
                    partition.number());
            nextOffsets.put(
                    partition,
                    Sql.first(
                                    connection,
                                    "select next_offset from inbox_offset where topic = ? and partition = ? for update",
                                    row -> row.getLong(1),
                                    partition.topic(),
                                    partition.number())
                            .orElseThrow());
        }
        return batch.stream()
                .filter(kafkaRecord -> kafkaRecord.offset() >= nextOffsets.getOrDefault(in(kafkaRecord), 0L))
                .toList();
    }

    /** All of these topics are keyed by job. The key of a record that cannot be read may be anything. */
    private static Set<String> jobs(List<Received> batchRead) {
        return batchRead.stream()
                .filter(Received.Readable.class::isInstance)
                .map(received ->
                        ((Received.Readable) received).envelope().event().partitionKey())
                .collect(Collectors.toSet());
    }

    private static Partition in(ConsumerRecord<byte[], byte[]> kafkaRecord) {
        return new Partition(kafkaRecord.topic(), kafkaRecord.partition());
    }
}
