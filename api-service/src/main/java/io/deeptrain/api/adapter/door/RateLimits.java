package io.deeptrain.api.adapter.door;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.deeptrain.api.status.StatusCode;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * How many calls a key may make: a token bucket for each, in each replica of this service. A key that was silent for a
 * while may make twice a second's calls at once.
 */
@ApplicationScoped
public class RateLimits {
    /** Keys that were not seen for so long have a full bucket again anyway. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

    private static final int BURST_SECONDS = 2;
    private static final long ALMOST_A_SECOND_NANOS = TimeUnit.SECONDS.toNanos(1) - 1;

    private final int callsPerSecond;
    private final TimeMeter clock;
    private final Cache<String, Bucket> buckets =
            Caffeine.newBuilder().expireAfterAccess(FORGOTTEN_AFTER).build();

    @Inject
    RateLimits(
            @ConfigProperty(name = "deeptrain.rate-limit.calls-per-second", defaultValue = "1000") int callsPerSecond) {
        this(callsPerSecond, TimeMeter.SYSTEM_NANOTIME);
    }

    RateLimits(int callsPerSecond, TimeMeter clock) {
        this.callsPerSecond = callsPerSecond;
        this.clock = clock;
    }

    /**
     * Counts a call.
     *
     * @param key what tells this key from others; not its secret
     * @param allowance told what is left, also of a call that is one too many
     * @throws Refusal if it is one too many
     */
    public void take(String key, Allowance allowance) {
        ConsumptionProbe probe = buckets.get(key, _ -> full()).tryConsumeAndReturnRemaining(1);
        allowance.is(new Allowance.Left(
                (long) callsPerSecond * BURST_SECONDS,
                BURST_SECONDS,
                probe.getRemainingTokens(),
                TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForReset() + ALMOST_A_SECOND_NANOS)));
        if (!probe.isConsumed()) {
            throw new Refusal(
                    StatusCode.RATE_LIMITED,
                    "This key may make %d calls a second; please try again in a second".formatted(callsPerSecond));
        }
    }

    private Bucket full() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity((long) callsPerSecond * BURST_SECONDS)
                        .refillGreedy(callsPerSecond, Duration.ofSeconds(1)))
                .withCustomTimePrecision(clock)
                .build();
    }
}
