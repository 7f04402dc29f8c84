package io.deeptrain.video.adapter.process;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Ends a process that takes longer than it may. What others take while it waits for them is not counted. */
final class TimeLimit implements AutoCloseable {
    private final Process process;
    private final Thread watch;
    private long leftNanos;
    private long runningSinceNanos = System.nanoTime();
    private boolean paused;
    private boolean over;

    private TimeLimit(Process process, Duration limit) {
        this.process = process;
        this.leftNanos = limit.toNanos();
        this.watch = Thread.ofVirtual().name("video-limit-" + process.pid()).unstarted(this::watch);
    }

    static TimeLimit of(Process process, Duration limit) {
        TimeLimit watched = new TimeLimit(process, limit);
        watched.watch.start();
        return watched;
    }

    private synchronized void watch() {
        try {
            long left = left();
            while (left > 0) {
                if (paused) {
                    wait();
                } else {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                }
                left = left();
            }
            over = true;
            process.destroyForcibly();
        } catch (InterruptedException done) {
            Thread.currentThread().interrupt();
        }
    }

    private long left() {
        return paused ? leftNanos : leftNanos - (System.nanoTime() - runningSinceNanos);
    }

    interface Work {
        void run() throws IOException;
    }

    void without(Work work) throws IOException {
        pause();
        try {
            work.run();
        } finally {
            resume();
        }
    }

    private synchronized void pause() {
        leftNanos = left();
        paused = true;
        notifyAll();
    }

    private synchronized void resume() {
        runningSinceNanos = System.nanoTime();
        paused = false;
        notifyAll();
    }

    synchronized boolean isOver() {
        return over;
    }

    @Override
    public void close() {
        watch.interrupt();
    }
}
