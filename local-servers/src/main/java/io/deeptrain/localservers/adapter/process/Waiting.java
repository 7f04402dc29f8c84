package io.deeptrain.localservers.adapter.process;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for a condition by looking again and again, never longer than a limit. */
public final class Waiting {
    private static final long LOOK_AGAIN_MILLIS = 20;

    private Waiting() {}

    /** Whether the condition came true within the limit. */
    public static boolean until(BooleanSupplier condition, Duration limit) throws InterruptedException {
        long startedAt = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - startedAt > limit.toNanos()) {
                return false;
            }
            Thread.sleep(LOOK_AGAIN_MILLIS);
        }
        return true;
    }
}
