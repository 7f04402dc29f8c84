package io.deeptrain.billing.adapter.kafka;

import io.deeptrain.billing.adapter.micrometer.ChargeMetrics;
import io.deeptrain.billing.adapter.postgres.BillRows;
import io.deeptrain.billing.adapter.postgres.BillRows.Fact;
import io.deeptrain.billing.adapter.postgres.InboxRows;
import io.deeptrain.billing.adapter.postgres.LedgerRows;
import io.deeptrain.billing.bill.BillingRound;
import io.deeptrain.billing.bill.Outcome;
import io.deeptrain.billing.meter.Meter;
import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.ChargeEvent.ChargeDivided;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.ChargeUpdated;
import io.deeptrain.event.ChargeEvent.Line;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobId;
import io.deeptrain.messaging.OutboxRow;
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
import java.util.SortedSet;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Works in a batch of records in one transaction.
 *
 * <ol>
 *   <li>Lock the positions of the batch's partitions and drop what is behind them: after a rebalance two consumers may
 *       hold the same records.
 *   <li>Lock the bills that the batch speaks of.
 *   <li>Let the rules decide, record by record.
 *   <li>Keep the bills, the history, the ledger, what is to be published, what could not be read, and the positions.
 * </ol>
 *
 * A crash anywhere leaves all of it or nothing.
 */
@ApplicationScoped
public class Intake {
    private static final Logger LOG = Logger.getLogger(Intake.class);
    private static final String SOURCE = "/deeptrain/billing";

    private final DataSource dataSource;
    private final ChargeMetrics metrics;
    private final CloudEventRecords records = new CloudEventRecords();
    private final PostgresOutbox outbox = new PostgresOutbox(Publishing.SCHEMA);
    private final PostgresOffsets offsets = new PostgresOffsets(Publishing.SCHEMA);

    Intake(DataSource dataSource, ChargeMetrics metrics) {
        this.dataSource = dataSource;
        this.metrics = metrics;
    }

    /** Answers how many records were new. */
    public int take(List<ConsumerRecord<byte[], byte[]>> batch) throws SQLException {
        List<ChargeEvent> charges;
        int taken;
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                List<ConsumerRecord<byte[], byte[]>> unseen = InboxRows.lockAndDropSeen(connection, batch);
                charges = workIn(connection, unseen);
                connection.commit();
                taken = unseen.size();
            } catch (SQLException | RuntimeException failure) {
                connection.rollback();
                throw failure;
            }
        }
        metrics.committed(charges);
        charges.forEach(Intake::log);
        return taken;
    }

    /** A record and what it turned out to be. */
    private record Arrived(ConsumerRecord<byte[], byte[]> kafkaRecord, Received received) {}

    private List<ChargeEvent> workIn(Connection connection, List<ConsumerRecord<byte[], byte[]>> unseen)
            throws SQLException {
        List<Arrived> arrivals = unseen.stream()
                .map(kafkaRecord -> new Arrived(kafkaRecord, records.read(kafkaRecord)))
                .toList();
        Instant now = InboxRows.now(connection);
        BillingRound round = new BillingRound(BillRows.lock(connection, jobs(arrivals)), now);
        List<Fact> facts = new ArrayList<>();
        List<OutboxRow> outgoing = new ArrayList<>();
        List<Position> positions = new ArrayList<>();
        for (Arrived arrived : arrivals) {
            positions.add(arrived.received().position());
            switch (arrived.received()) {
                case Received.Unreadable unreadable -> {
                    warn(unreadable.position(), unreadable.reason());
                    outgoing.add(unreadable.deadLetter());
                }
                case Received.Readable(Envelope envelope, Position position) -> {
                    Event event = envelope.event();
                    switch (round.take(new JobId(event.partitionKey()), event)) {
                        case Outcome.Billed _ -> {
                            if (event instanceof JobEvent entry && Meter.matters(entry)) {
                                facts.add(new Fact(entry, arrived.kafkaRecord().value()));
                            }
                        }
                        case Outcome.Ignored _ -> {}
                        case Outcome.Refused(String reason) -> {
                            warn(position, reason);
                            outgoing.add(DeadLetters.of(arrived.kafkaRecord(), reason));
                        }
                    }
                }
            }
        }
        for (ChargeEvent charge : round.charges()) {
            outgoing.add(records.toRow(Envelope.of(charge, SOURCE, charge.revision(), now)));
        }
        BillRows.save(connection, round.changed().values(), facts);
        LedgerRows.append(connection, round.postings());
        outbox.append(connection, outgoing);
        offsets.store(connection, positions);
        return round.charges();
    }

    /** Both topics are keyed by job. */
    private static SortedSet<JobId> jobs(List<Arrived> arrivals) {
        SortedSet<JobId> jobs = new TreeSet<>();
        for (Arrived arrived : arrivals) {
            if (arrived.received() instanceof Received.Readable readable) {
                jobs.add(new JobId(readable.envelope().event().partitionKey()));
            }
        }
        return jobs;
    }

    private static void warn(Position position, String reason) {
        LOG.warnf(
                "%s-%d@%d goes to the dead letters: %s",
                position.topic(), position.partition(), position.offset(), reason);
    }

    private static void log(ChargeEvent charge) {
        MDC.put("job_id", charge.jobId().value());
        MDC.put("tenant", charge.tenant().toString());
        if (charge instanceof ChargeEvent.Stated stated) {
            stated.statement().lines().stream()
                    .map(Line::attempt)
                    .reduce((_, newest) -> newest)
                    .ifPresent(attempt -> MDC.put("attempt", attempt.toString()));
        }
        try {
            switch (charge) {
                case ChargePosted posted ->
                    LOG.infof(
                            "posted %d cents for %d s",
                            posted.statement().amountCents(), posted.statement().billedSeconds());
                case ChargeUpdated updated ->
                    LOG.debugf(
                            "%d cents so far for %d s",
                            updated.statement().amountCents(),
                            updated.statement().billedSeconds());
                case ChargeDivided divided -> LOG.debugf("divided into %s", divided.parts());
            }
        } finally {
            MDC.remove("job_id");
            MDC.remove("tenant");
            MDC.remove("attempt");
        }
    }
}
