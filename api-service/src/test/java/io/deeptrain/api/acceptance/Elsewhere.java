package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.ChargeEvent.Line;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.Rate;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.Topic;
import io.deeptrain.event.WorkerId;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.messaging.adapter.kafka.Received;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The other services, as far as the front door can tell: what they say, and what they are told. */
final class Elsewhere implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    static final FencingToken FIRST = new FencingToken(1);
    static final WorkerId WORKER = new WorkerId("test");

    private final CloudEventRecords records = new CloudEventRecords();
    private final KafkaEventLog log;
    private final AssignedConsumer requests;
    private final List<RequestEvent> heard = new ArrayList<>();

    Elsewhere(String bootstrapServers) {
        log = new KafkaEventLog(bootstrapServers);
        requests = AssignedConsumer.open(bootstrapServers, List.of(Topic.REQUESTS), Map.of(), Beginning.OLDEST);
    }

    void say(Event... events) {
        log.publish(Arrays.stream(events)
                .map(event -> records.toRow(Envelope.of(event, "/deeptrain/test", 1, Instant.now())))
                .toList());
    }

    /** The requests about this job, once there are so many. */
    List<RequestEvent> hear(String jobId, int count) {
        eventually(() -> {
            heard.addAll(news());
            return of(jobId).size() >= count;
        });
        return of(jobId);
    }

    /** The requests that came since they were last asked for, after a moment's patience. */
    List<RequestEvent> news() {
        List<RequestEvent> news = new ArrayList<>();
        requests.poll(Duration.ofMillis(100)).forEach(kafkaRecord -> {
            if (records.read(kafkaRecord) instanceof Received.Readable readable
                    && readable.envelope().event() instanceof RequestEvent request) {
                news.add(request);
            }
        });
        return news;
    }

    /** The trainings that were requested for this app, of what was heard so far. */
    List<TrainingRequested> trainingsOf(String app) {
        return heard.stream()
                .filter(TrainingRequested.class::isInstance)
                .map(TrainingRequested.class::cast)
                .filter(request -> request.tenant().appId().equals(app))
                .toList();
    }

    private List<RequestEvent> of(String jobId) {
        return heard.stream()
                .filter(request -> request.jobId().value().equals(jobId))
                .toList();
    }

    /** Looks again and again until it is so, or too late. */
    static void eventually(Supplier<Boolean> condition) {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        boolean met = condition.get();
        while (!met && System.nanoTime() < deadlineNanos) {
            Thread.onSpinWait();
            met = condition.get();
        }
        assertThat(met).as("within " + PATIENCE).isTrue();
    }

    static ProgressReported report(String job, long step) {
        return new ProgressReported(
                new JobId(job),
                FIRST,
                WORKER,
                1,
                new Progress(Phase.TRAINING, 1, 2, step, 100, 0.7, Map.of("test_accuracy", 0.5), 120),
                4000);
    }

    static ChargePosted charge(String app, String job, long seconds) {
        Line line = new Line(FIRST, seconds * 1000, seconds * 1000, 0, FreeReason.NOTHING_FREE);
        return new ChargePosted(
                new JobId(job),
                new Tenant("me", app),
                1,
                new Statement(new Rate(400, "USD"), 1, seconds, 400 * seconds / 3600, List.of(line)),
                Instant.now());
    }

    @Override
    public void close() {
        requests.close();
        log.close();
    }
}
