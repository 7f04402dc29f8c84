package io.deeptrain.api.adapter.door;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.event.Tenant;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * How many trainings an app may ask for: so many a second from a token bucket, and so many that wait at once. Both in
 * each replica of this service, which counts what waits anew each second.
 */
@ApplicationScoped
public class SubmissionLimits {
    /** An app that asked for nothing for a while may ask for the trainings of so many seconds at once. */
    private static final int BURST_SECONDS = 10;

    /** Apps that were not seen for so long have a full bucket again anyway. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

    private static final Duration COUNT_KEPT = Duration.ofSeconds(1);

    /** Nobody knows when one of them starts. */
    private static final Duration WHILE_FULL = Duration.ofSeconds(30);

    private final int perSecond;
    private final int waitingMax;
    private final TimeMeter clock;
    private final Cache<Tenant, Bucket> buckets =
            Caffeine.newBuilder().expireAfterAccess(FORGOTTEN_AFTER).build();
    private final Cache<Tenant, AtomicLong> waiting =
            Caffeine.newBuilder().expireAfterWrite(COUNT_KEPT).build();

    /** Asks the database. */
    public interface Count<E extends Exception> {
        /** How many trainings of the app wait; no more than {@code atMost} need be counted. */
        long waiting(int atMost) throws E;
    }

    @Inject
    SubmissionLimits(
            @ConfigProperty(name = "deeptrain.submissions.per-second", defaultValue = "100") int perSecond,
            @ConfigProperty(name = "deeptrain.submissions.waiting-max", defaultValue = "10000") int waitingMax) {
        this(perSecond, waitingMax, TimeMeter.SYSTEM_NANOTIME);
    }

    SubmissionLimits(int perSecond, int waitingMax, TimeMeter clock) {
        this.perSecond = requirePositive("deeptrain.submissions.per-second", perSecond);
        this.waitingMax = requirePositive("deeptrain.submissions.waiting-max", waitingMax);
        this.clock = clock;
    }

    /**
     * Counts a training that is asked for.
     *
     * @throws Refusal if it is one too many, with the time after which it is not
     */
    public void take(Tenant tenant) {
        ConsumptionProbe probe = buckets.get(tenant, _ -> full()).tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            throw new Refusal(
                    StatusCode.RATE_LIMITED,
                    "app '%s' may ask for %d trainings a second, and for %d at once"
                            .formatted(tenant.appId(), perSecond, perSecond * BURST_SECONDS),
                    Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
    }

    /**
     * Counts a training that will wait, if it is accepted.
     *
     * @throws Refusal if too many wait already, with how many that are
     */
    public <E extends Exception> void admit(Tenant tenant, Count<E> count) throws E {
        AtomicLong known = waiting.getIfPresent(tenant);
        if (known == null || known.get() >= waitingMax) {
            known = new AtomicLong(count.waiting(waitingMax));
            waiting.put(tenant, known);
        }
        if (known.get() >= waitingMax) {
            throw new Refusal(
                    StatusCode.RATE_LIMITED,
                    "%d trainings of app '%s' wait already, and no more than %d may: cancel some, or wait until some have started"
                            .formatted(known.get(), tenant.appId(), waitingMax),
                    WHILE_FULL);
        }
        known.incrementAndGet();
    }

    private Bucket full() {
        return Bucket.builder()
                .addLimit(limit ->
                        limit.capacity((long) perSecond * BURST_SECONDS).refillGreedy(perSecond, Duration.ofSeconds(1)))
                .withCustomTimePrecision(clock)
                .build();
    }

    private static int requirePositive(String setting, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s must be 1 or more: %d".formatted(setting, value));
        }
        return value;
    }
}
