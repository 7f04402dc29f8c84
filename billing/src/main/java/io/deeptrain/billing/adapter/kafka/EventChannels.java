package io.deeptrain.billing.adapter.kafka;

import io.deeptrain.messaging.adapter.kafka.Retrying;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** The two topics that billing reads. A batch is worked in whole before the next one of its channel is taken. */
@ApplicationScoped
public class EventChannels {
    private final Intake intake;
    private final Retrying retrying;

    EventChannels(Intake intake, Retrying retrying) {
        this.intake = intake;
        this.retrying = retrying;
    }

    /** {@code deeptrain.jobs}: what became of each job. */
    @Incoming("history")
    @Blocking
    public void history(ConsumerRecords<byte[], byte[]> batch) {
        take(batch);
    }

    /** {@code deeptrain.training.attempts}: what the meters of the attempts under way show. */
    @Incoming("readings")
    @Blocking
    public void readings(ConsumerRecords<byte[], byte[]> batch) {
        take(batch);
    }

    private void take(ConsumerRecords<byte[], byte[]> batch) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(batch.count());
        batch.forEach(records::add);
        retrying.untilDone("work in %d records".formatted(records.size()), () -> intake.take(records));
    }
}
