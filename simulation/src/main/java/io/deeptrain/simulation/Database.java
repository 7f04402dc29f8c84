package io.deeptrain.simulation;

import io.deeptrain.event.Event;
import io.deeptrain.event.EventType;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.port.OutboxStore;
import io.deeptrain.messaging.port.TransportUnavailableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * One service's PostgreSQL schema: its outbox and the order in which transactions take effect. The tables themselves
 * are fields of the service's own store; a transaction's writes reach them all at once, or never.
 */
final class Database implements OutboxStore {
    /** What the one who commits learns. */
    enum Outcome {
        DONE,
        ROLLED_BACK,
        /** The connection broke at the commit: it may have happened or not. */
        UNKNOWN
    }

    /** An outbox row and the moment it was committed. */
    private record Stored(OutboxRow row, long committedAtMillis) {}

    /** Writes that take effect together. Its outbox rows take their ids when they are written, before the commit. */
    final class Transaction {
        private final List<Runnable> writes = new ArrayList<>();
        private final List<OutboxRow> rows = new ArrayList<>();

        void write(Runnable change) {
            writes.add(change);
        }

        void tell(Event event) {
            rows.add(new OutboxRow(
                    ++newestId,
                    EventType.of(event).topic().topicName(),
                    event.partitionKey(),
                    OptionalInt.empty(),
                    Map.of(),
                    encode(event)));
        }
    }

    private final String name;
    private final Agenda agenda;
    private final Chance chance;
    private final Trace trace;
    private final TreeMap<Long, Stored> outbox = new TreeMap<>();
    private final List<Event> written = new ArrayList<>();
    private long newestId;
    private boolean away;

    Database(String name, Agenda agenda, Chance chance, Trace trace) {
        this.name = name;
        this.agenda = agenda;
        this.chance = chance;
        this.trace = trace;
    }

    boolean isAway() {
        return away;
    }

    void setAway(boolean away) {
        this.away = away;
        trace.note("database " + name, away ? "goes away" : "is back");
    }

    Transaction begin() {
        if (away) {
            throw new TransportUnavailableException("database %s is away".formatted(name));
        }
        return new Transaction();
    }

    Outcome commit(Transaction transaction) {
        if (away || chance.strikes(Mishap.COMMIT_LOST)) {
            trace.note("rolled back", name);
            return Outcome.ROLLED_BACK;
        }
        boolean unknown = chance.strikes(Mishap.COMMIT_UNKNOWN);
        if (unknown && chance.oneIn(2)) {
            trace.note("rolled back, unknown", name);
            return Outcome.UNKNOWN;
        }
        transaction.writes.forEach(Runnable::run);
        transaction.rows.forEach(row -> outbox.put(row.id(), new Stored(row, agenda.nowMillis())));
        trace.note(unknown ? "committed, unknown" : "committed", name);
        return unknown ? Outcome.UNKNOWN : Outcome.DONE;
    }

    @Override
    public List<OutboxRow> unpublished(int max) {
        return unpublishedAfter(0, max);
    }

    /** As a relay reads that trusts ids to be committed in their order. */
    List<OutboxRow> unpublishedAfter(long cursor, int max) {
        if (away) {
            throw new TransportUnavailableException("database %s is away".formatted(name));
        }
        return outbox.tailMap(cursor, false).values().stream()
                .limit(max)
                .map(Stored::row)
                .toList();
    }

    @Override
    public void delete(List<Long> ids) {
        if (away) {
            throw new TransportUnavailableException("database %s is away".formatted(name));
        }
        ids.forEach(outbox::remove);
    }

    boolean outboxIsEmpty() {
        return outbox.isEmpty();
    }

    /** How long the oldest fact has been waiting to be published. */
    long oldestUnpublishedMillis() {
        return outbox.values().stream()
                .mapToLong(stored -> agenda.nowMillis() - stored.committedAtMillis())
                .max()
                .orElse(0);
    }

    Event decode(byte[] body) {
        return written.get(ByteBuffer.wrap(body).getInt());
    }

    /** Stands for the JSON, whose codec has tests of its own. */
    private byte[] encode(Event event) {
        written.add(event);
        return ByteBuffer.allocate(Integer.BYTES).putInt(written.size() - 1).array();
    }
}
