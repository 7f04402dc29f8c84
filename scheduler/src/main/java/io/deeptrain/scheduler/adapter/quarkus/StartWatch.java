package io.deeptrain.scheduler.adapter.quarkus;

import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.scheduler.adapter.kafka.LoopListener;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.explain.Explainer;
import io.deeptrain.scheduler.explain.Promises;
import io.deeptrain.scheduler.explain.StartTime;
import io.deeptrain.scheduler.job.JobRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Looks at the queue once a minute, remembers what those who wait may expect, and learns from when they start. It
 * listens to the loop, which never waits for it; a leader that has just begun has learned nothing yet.
 */
final class StartWatch implements LoopListener, AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final Duration SNAPSHOT_TIMEOUT = Duration.ofSeconds(5);

    /** More starts within an interval are not learned from. */
    private static final int STARTS_MAX = 100_000;

    private final LoopListener next;
    private final Consumer<Duration> missed;
    private final Promises promises = new Promises();
    private final BlockingQueue<JobAssigned> assignments = new ArrayBlockingQueue<>(STARTS_MAX);
    private final CountDownLatch closing = new CountDownLatch(1);

    StartWatch(LoopListener next, Consumer<Duration> missed) {
        this.next = next;
        this.missed = missed;
    }

    /** Begins to look. */
    void watch(Function<Duration, Optional<EngineSnapshot>> snapshots) {
        Thread.ofPlatform().name("start-watch").daemon().start(() -> {
            while (!closed()) {
                snapshots.apply(SNAPSHOT_TIMEOUT).ifPresent(this::look);
            }
        });
    }

    /** See {@link Promises#calibrated}. */
    StartTime promised(Instant asOf, StartTime forecast) {
        synchronized (promises) {
            return promises.calibrated(asOf, forecast);
        }
    }

    private void look(EngineSnapshot snapshot) {
        var forecasts = new Explainer(snapshot).forecasts();
        List<JobAssigned> started = new ArrayList<>();
        assignments.drainTo(started);
        synchronized (promises) {
            for (JobAssigned assigned : started) {
                promises.started(assigned.jobId(), assigned.occurredAt()).ifPresent(missed);
            }
            promises.look(snapshot.now(), forecasts);
        }
    }

    private boolean closed() {
        try {
            return closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void committed(JobEvent entry, JobRecord job) {
        if (entry instanceof JobAssigned assigned && !assignments.offer(assigned)) {
            assignments.clear();
        }
        next.committed(entry, job);
    }

    @Override
    public void cycled(int records, Duration took) {
        next.cycled(records, took);
    }

    @Override
    public void parked(String topic) {
        next.parked(topic);
    }

    @Override
    public void reloading() {
        next.reloading();
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
