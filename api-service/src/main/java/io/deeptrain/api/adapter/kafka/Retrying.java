package io.deeptrain.api.adapter.kafka;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Does a thing again until it is done, with growing, jittered pauses: nothing that was read is skipped because the
 * database was away. Only the end of the service ends the trying; the records are then read again at the next start.
 */
@ApplicationScoped
public class Retrying {
    private static final Logger LOG = Logger.getLogger(Retrying.class);
    private static final Duration PAUSE_MIN = Duration.ofMillis(50);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

    private final CountDownLatch ending = new CountDownLatch(1);
    private final AtomicInteger failing = new AtomicInteger();

    /** What may fail for a while. */
    @FunctionalInterface
    interface Attempt<T> {
        T run();
    }

    /** Ends the trying before anything that it needs is closed. */
    void end(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        ending.countDown();
    }

    /** Whether something is being tried again right now. */
    public boolean isFailing() {
        return failing.get() > 0;
    }

    <T> T untilDone(String what, Attempt<T> attempt) {
        Duration pause = PAUSE_MIN;
        boolean failed = false;
        try {
            while (true) {
                try {
                    return attempt.run();
                } catch (RuntimeException failure) {
                    if (!failed) {
                        failed = true;
                        failing.incrementAndGet();
                    }
                    LOG.warnf(failure, "cannot %s, trying again", what);
                    if (ended(pause)) {
                        throw new IllegalStateException("ended before it could " + what, failure);
                    }
                    Duration longer = pause.multipliedBy(2);
                    pause = longer.compareTo(PAUSE_MAX) < 0 ? longer : PAUSE_MAX;
                }
            }
        } finally {
            if (failed) {
                failing.decrementAndGet();
            }
        }
    }

    private boolean ended(Duration atMost) {
        long nanos = atMost.toNanos();
        try {
            return ending.await(ThreadLocalRandom.current().nextLong(nanos / 2, nanos + 1), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
