package io.deeptrain.api.adapter.rpc;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Work that is looked for again and again on a thread of its own, until the service stops. */
final class BackgroundLoop {
    private static final Logger LOG = Logger.getLogger(BackgroundLoop.class);
    private static final Duration STOP_MAX = Duration.ofSeconds(10);

    private final String name;
    private final Duration lookAgain;
    private final Work work;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    /** @param lookAgain the pause when there was nothing to do, or it failed */
    @SuppressWarnings("MissingSummary") // The class says it.
    BackgroundLoop(String name, Duration lookAgain, Work work) {
        this.name = name;
        this.lookAgain = lookAgain;
        this.work = work;
    }

    /** One piece of the work. */
    @FunctionalInterface
    interface Work {
        /** False if there was nothing to do. */
        boolean doSome();
    }

    void start() {
        thread = Thread.ofVirtual().name(name).start(this::run);
    }

    void stop() throws InterruptedException {
        stopping.countDown();
        Thread running = thread;
        if (running != null) {
            running.join(STOP_MAX);
        }
    }

    private void run() {
        boolean stopped = false;
        while (!stopped) {
            boolean more = false;
            try {
                more = work.doSome();
            } catch (RuntimeException failure) {
                LOG.warnf(failure, "%s are left alone for %s", name, lookAgain);
            }
            stopped = stopsWithin(more ? Duration.ZERO : lookAgain);
        }
    }

    /** Waits, but not longer than the service runs. */
    boolean stopsWithin(Duration time) {
        try {
            return stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
