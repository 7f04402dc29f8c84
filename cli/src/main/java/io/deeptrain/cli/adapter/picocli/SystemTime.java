package io.deeptrain.cli.adapter.picocli;

import io.deeptrain.cli.port.Time;
import java.io.InterruptedIOException;
import java.time.Duration;

/** The machine's own time. */
final class SystemTime implements Time {
    @Override
    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime());
    }

    @Override
    public void pause(Duration duration) throws InterruptedIOException {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting");
        }
    }
}
