package io.deeptrain.messaging.adapter;

import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Waits for a condition, with a limit. */
final class Waiting {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private Waiting() {}

    static void until(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LIMIT + ": " + what);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** Polls until the records that were read satisfy the condition, and gives them all back. */
    static List<ConsumerRecord<byte[], byte[]>> forRecords(
            AssignedConsumer consumer, Predicate<List<ConsumerRecord<byte[], byte[]>>> condition) throws Exception {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        until("enough records", () -> {
            records.addAll(consumer.poll(PAUSE));
            return condition.test(records);
        });
        return records;
    }
}
