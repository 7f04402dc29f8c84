package io.deeptrain.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.deeptrain.messaging.port.TransportUnavailableException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class OutboxRelayTest {
    private final InMemoryOutbox outbox = new InMemoryOutbox();
    private final InMemoryEventLog log = new InMemoryEventLog();

    @Test
    void rows_are_moved_in_the_order_of_their_ids() {
        LongStream.of(3, 1, 2).forEach(this::insert);

        assertThat(OutboxRelay.round(outbox, log)).isEqualTo(3);

        assertThat(log.ids()).containsExactly(1L, 2L, 3L);
        assertThat(outbox.unpublished(1)).isEmpty();
    }

    @Test
    void an_empty_outbox_publishes_nothing() {
        assertThat(OutboxRelay.round(outbox, log)).isZero();
    }

    @Test
    void a_row_that_appears_below_those_already_moved_is_moved_too() {
        insert(2);
        assertThat(OutboxRelay.round(outbox, log)).isEqualTo(1);
        insert(1);
        assertThat(OutboxRelay.round(outbox, log)).isEqualTo(1);

        assertThat(log.ids()).containsExactly(2L, 1L);
    }

    @Test
    void a_round_that_breaks_off_is_repeated_whole_and_keeps_the_order_of_first_appearance() {
        LongStream.rangeClosed(1, 3).forEach(this::insert);
        log.breakOffAfter(2);

        assertThatExceptionOfType(TransportUnavailableException.class).isThrownBy(() -> OutboxRelay.round(outbox, log));
        assertThat(OutboxRelay.round(outbox, log)).isEqualTo(3);

        assertThat(log.ids()).containsExactly(1L, 2L, 1L, 2L, 3L);
        assertThat(outbox.unpublished(1)).isEmpty();
    }

    @Test
    void a_round_takes_no_more_than_the_limit() {
        LongStream.rangeClosed(1, OutboxRelay.BATCH_MAX + 1).forEach(this::insert);

        assertThat(OutboxRelay.round(outbox, log)).isEqualTo(OutboxRelay.BATCH_MAX);
        assertThat(OutboxRelay.round(outbox, log)).isEqualTo(1);
    }

    private void insert(long id) {
        outbox.insert(new OutboxRow(id, "topic", "key", OptionalInt.empty(), Map.of(), new byte[0]));
    }
}
