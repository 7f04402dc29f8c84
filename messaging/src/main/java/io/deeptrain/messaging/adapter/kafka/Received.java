package io.deeptrain.messaging.adapter.kafka;

import io.deeptrain.event.Envelope;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.Position;

/** What a record turned out to be. */
public sealed interface Received {
    Position position();

    @SuppressWarnings("AvoidCommonTypeNames") // Beside Unreadable nobody takes it for the interface of java.lang.
    record Readable(Envelope envelope, Position position) implements Received {}

    /**
     * Not an event of this contract. Whoever meets it puts {@code deadLetter} into its outbox, in the transaction that
     * stores the position, and moves on.
     */
    record Unreadable(OutboxRow deadLetter, String reason, Position position) implements Received {}
}
