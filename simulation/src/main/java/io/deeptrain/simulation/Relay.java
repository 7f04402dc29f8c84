package io.deeptrain.simulation;

import io.deeptrain.messaging.OutboxRelay;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.port.EventLog;
import io.deeptrain.messaging.port.OutboxStore;
import io.deeptrain.messaging.port.TransportUnavailableException;
import java.util.List;

/** The relay of one service's outbox. Its rounds are the production ones; what it reads and writes fails at times. */
final class Relay {
    private static final int INTERVAL_MIN_MILLIS = 20;
    private static final int INTERVAL_MAX_MILLIS = 150;

    private final World world;
    private final Database database;
    private long cursor;

    Relay(World world, Database database) {
        this.world = world;
        this.database = database;
    }

    void start() {
        world.agenda().after(world.chance().between(INTERVAL_MIN_MILLIS, INTERVAL_MAX_MILLIS), () -> {
            round();
            start();
        });
    }

    private void round() {
        try {
            OutboxRelay.round(store(), new Publisher());
        } catch (TransportUnavailableException away) {
            world.trace().note("relay fails", String.valueOf(away.getMessage()));
        }
    }

    private OutboxStore store() {
        if (world.has(PlantedBug.OUTBOX_BY_CURSOR)) {
            return new ByCursor();
        }
        return world.has(PlantedBug.RELAY_FORGETS_FIRST) ? new Forgetful() : new Mortal();
    }

    /** A relay that may die after it has published. */
    private final class Mortal implements OutboxStore {
        @Override
        public List<OutboxRow> unpublished(int max) {
            return database.unpublished(max);
        }

        @Override
        public void delete(List<Long> ids) {
            if (world.chance().strikes(Mishap.RELAY_KILLED)) {
                throw new TransportUnavailableException("the relay died before it forgot the rows");
            }
            database.delete(ids);
        }
    }

    /** Deletes what it is about to publish. */
    private final class Forgetful implements OutboxStore {
        @Override
        public List<OutboxRow> unpublished(int max) {
            List<OutboxRow> rows = database.unpublished(max);
            database.delete(rows.stream().map(OutboxRow::id).toList());
            return rows;
        }

        @Override
        public void delete(List<Long> ids) {
            world.trace().note("deleted before", ids.toString());
        }
    }

    private final class ByCursor implements OutboxStore {
        @Override
        public List<OutboxRow> unpublished(int max) {
            return database.unpublishedAfter(cursor, max);
        }

        @Override
        public void delete(List<Long> ids) {
            cursor = ids.getLast();
            database.delete(ids);
        }
    }

    private final class Publisher implements EventLog {
        @Override
        public void publish(List<OutboxRow> rows) {
            boolean cut = world.chance().strikes(Mishap.PUBLICATION_CUT);
            int count = cut ? world.chance().between(0, rows.size()) : rows.size();
            for (OutboxRow row : rows.subList(0, count)) {
                world.log().append(database.decode(row.body()));
            }
            if (cut) {
                throw new TransportUnavailableException("%d of %d rows were published".formatted(count, rows.size()));
            }
        }
    }
}
