package io.deeptrain.messaging.adapter.kafka;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does a thing again until it is done, with growing, jittered pauses. Nothing that was read is ever skipped because the
 * database was away: the partition waits. Only closing this ends the trying; the work is then read again at the next
 * start.
 */
public final class Retrying implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Retrying.class.getName());
    private static final Duration PAUSE_MIN = Duration.ofMillis(50);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

    private final CountDownLatch ending = new CountDownLatch(1);
    private final AtomicInteger failing = new AtomicInteger();

    /** What may fail for a while. */
    @FunctionalInterface
    public interface Attempt<T> {
        T run() throws Exception;
    }

    /** Whether something is being tried again right now. */
    public boolean isFailing() {
        return failing.get() > 0;
    }

    /**
     * What the first attempt that succeeds gives.
     *
     * @throws IllegalStateException if this is closed before one does
     */
    public <T> T untilDone(String what, Attempt<T> attempt) {
        Duration pause = PAUSE_MIN;
        boolean failed = false;
        try {
            while (true) {
                try {
                    return attempt.run();
                } catch (Exception failure) {
                    if (!failed) {
                        failed = true;
                        failing.incrementAndGet();
                    }
                    LOG.log(Level.WARNING, "cannot " + what + ", trying again", failure);
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

    /** To be called before anything that the attempts need is closed. */
    @Override
    public void close() {
        ending.countDown();
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
