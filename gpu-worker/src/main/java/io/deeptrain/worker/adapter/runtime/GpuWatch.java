package io.deeptrain.worker.adapter.runtime;

import io.deeptrain.worker.gpu.GpuHealth;
import io.deeptrain.worker.port.Devices;
import java.time.Duration;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Looks at the GPUs before each attempt and in between, and tells when they are otherwise than they were: when one
 * breaks, and when it can be relied on again.
 */
public final class GpuWatch implements Devices, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(GpuWatch.class);

    private final Devices driver;
    private final Thread thread;
    private volatile GpuHealth known = new GpuHealth.Healthy();
    private volatile Consumer<GpuHealth> listener = _ -> {};

    /** Does not look by itself before it is started. */
    public GpuWatch(Devices driver, Duration interval) {
        this.driver = driver;
        this.thread = Thread.ofVirtual().name("gpu-watch").unstarted(() -> watch(interval));
    }

    /**
     * From now on looks each interval.
     *
     * @param changed hears of each change, before whoever has asked for the look that found it
     */
    public void start(Consumer<GpuHealth> changed) {
        listener = changed;
        thread.start();
    }

    private void watch(Duration interval) {
        try {
            while (true) {
                health();
                Thread.sleep(interval);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized GpuHealth health() throws InterruptedException {
        GpuHealth now = driver.health();
        if (!now.equals(known)) {
            LOG.warnf("GPUs were %s and are %s", known, now);
            known = now;
            listener.accept(now);
        }
        return now;
    }

    /** As they were when somebody looked last; answers at once. */
    public GpuHealth known() {
        return known;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
