package io.deeptrain.scheduler.engine;

import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.job.RetryPolicy;
import io.deeptrain.scheduler.job.StallPolicy;
import java.time.Duration;
import java.util.Map;

/**
 * What an operator may choose about the engine.
 *
 * @param leaseTerm a worker that was not heard for so much heard time loses what it holds
 * @param resendAfter an assignment or a stop that was not acknowledged is sent again after so long, again and again
 * @param endedKeptMax so many ended jobs are remembered, the newest, so that a request which is delivered again does
 *     not start a job again
 * @param weights of tenants that are owed more than the standard share, which is 1
 */
public record EngineSettings(
        Duration leaseTerm,
        Duration resendAfter,
        RetryPolicy retry,
        StallPolicy stall,
        int endedKeptMax,
        Map<Tenant, Integer> weights) {
    public static final EngineSettings STANDARD = new EngineSettings(
            Duration.ofSeconds(8),
            Duration.ofSeconds(2),
            RetryPolicy.STANDARD,
            StallPolicy.STANDARD,
            100_000,
            Map.of());

    public EngineSettings {
        if (!leaseTerm.isPositive() || !resendAfter.isPositive()) {
            throw new IllegalArgumentException(
                    "lease term and resend time must be positive: %s, %s".formatted(leaseTerm, resendAfter));
        }
        if (endedKeptMax < 0) {
            throw new IllegalArgumentException("cannot remember a negative number of jobs: " + endedKeptMax);
        }
        weights = Map.copyOf(weights);
        weights.values().stream().filter(weight -> weight < 1).findFirst().ifPresent(weight -> {
            throw new IllegalArgumentException("a tenant's weight must be positive: " + weight);
        });
    }

    public EngineSettings withLeaseTerm(Duration term) {
        return new EngineSettings(term, resendAfter, retry, stall, endedKeptMax, weights);
    }
}
