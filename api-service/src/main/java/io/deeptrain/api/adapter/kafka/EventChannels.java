package io.deeptrain.api.adapter.kafka;

import io.deeptrain.api.adapter.postgres.Inbox;
import io.deeptrain.messaging.adapter.kafka.Retrying;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** The topics that the front door reads. A batch is worked in whole before the next one of its channel is taken. */
@ApplicationScoped
public class EventChannels {
    private final Inbox inbox;
    private final Retrying retrying;

    EventChannels(Inbox inbox, Retrying retrying) {
        this.inbox = inbox;
        this.retrying = retrying;
    }

    /** {@code deeptrain.jobs}: what became of each job. */
    @Incoming("jobs")
    @Blocking
    public void jobs(ConsumerRecords<byte[], byte[]> batch) {
        take(batch);
    }

    /** {@code deeptrain.training.attempts}: how far each attempt has come. */
    @Incoming("attempts")
    @Blocking
    public void attempts(ConsumerRecords<byte[], byte[]> batch) {
        take(batch);
    }

    /** {@code deeptrain.billing.charges}: what each job costs. */
    @Incoming("charges")
    @Blocking
    public void charges(ConsumerRecords<byte[], byte[]> batch) {
        take(batch);
    }

    private void take(ConsumerRecords<byte[], byte[]> batch) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(batch.count());
        batch.forEach(records::add);
        retrying.untilDone("work in %d records".formatted(records.size()), () -> inbox.take(records));
    }
}
