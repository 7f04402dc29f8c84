package io.deeptrain.worker.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutletsTest {
    private static final JobId JOB = new JobId("job-1");
    private static final FencingToken FIRST = new FencingToken(1);
    private static final WorkerId ME = new WorkerId("gpu-1");
    private static final AttemptEvent STARTED = new AttemptStarted(JOB, FIRST, ME, new Origin.Scratch(), 1, 0);
    private static final AttemptEvent STOPPED = new AttemptStopped(JOB, FIRST, ME, StopReason.CANCELLED, 5);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

    private final StubbornLog log = new StubbornLog();
    private final BlockingQueue<AttemptEvent> acknowledged = new LinkedBlockingQueue<>();

    @Test
    void events_outlive_an_outage_of_the_broker_in_their_order() throws InterruptedException {
        log.away(true);
        try (AttemptOutlet outlet = new AttemptOutlet(log, "/worker", CLOCK)) {
            outlet.start(acknowledged::add);
            outlet.publish(STARTED);
            log.awaitRefusal();
            outlet.publish(STOPPED);
            log.awaitRefusal();
            assertThat(acknowledged).isEmpty();
            log.away(false);
            assertThat(log.next()).isEqualTo("1 io.deeptrain.attempt.started.v1");
            assertThat(log.next()).isEqualTo("2 io.deeptrain.attempt.stopped.v1");
            assertThat(acknowledged.poll(20, TimeUnit.SECONDS)).isEqualTo(STARTED);
            assertThat(acknowledged.poll(20, TimeUnit.SECONDS)).isEqualTo(STOPPED);
        }
    }

    @Test
    void an_event_that_waits_already_is_not_queued_again() throws InterruptedException {
        log.away(true);
        try (AttemptOutlet outlet = new AttemptOutlet(log, "/worker", CLOCK)) {
            outlet.start(acknowledged::add);
            outlet.publish(STARTED);
            log.awaitRefusal();
            outlet.publish(STOPPED);
            outlet.publish(STOPPED);
            log.away(false);
            assertThat(log.next()).startsWith("1 ");
            assertThat(log.next()).startsWith("2 ");
            assertThat(acknowledged.poll(20, TimeUnit.SECONDS)).isEqualTo(STARTED);
            assertThat(acknowledged.poll(20, TimeUnit.SECONDS)).isEqualTo(STOPPED);
        }
        assertThat(log.isEmpty()).isTrue();
    }

    @Test
    void a_beat_that_cannot_be_sent_is_dropped_for_a_newer_one() throws InterruptedException {
        log.away(true);
        try (BeatOutlet outlet = new BeatOutlet(log, "/worker", CLOCK)) {
            outlet.send(beat(1));
            log.awaitRefusal();
            assertThat(outlet.isHeard()).isFalse();
            log.away(false);
            outlet.send(beat(2));
            assertThat(log.next()).isEqualTo("2 io.deeptrain.worker.beat.v1");
        }
        assertThat(log.isEmpty()).isTrue();
    }

    @Test
    void the_last_beats_leave_before_the_outlet_is_closed() throws InterruptedException {
        try (BeatOutlet outlet = new BeatOutlet(log, "/worker", CLOCK)) {
            outlet.send(beat(1));
            outlet.send(beat(2));
        }
        assertThat(log.next()).startsWith("1 ");
        assertThat(log.next()).startsWith("2 ");
    }

    private static WorkerBeat beat(long number) {
        return new WorkerBeat(ME, new IncarnationId("start-1"), number, "cpu", 1, Readiness.ACCEPTING, List.of());
    }
}
