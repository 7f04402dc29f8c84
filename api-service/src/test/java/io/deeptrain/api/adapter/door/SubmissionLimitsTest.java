package io.deeptrain.api.adapter.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.deeptrain.api.status.StatusCode;
import io.deeptrain.event.Tenant;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SubmissionLimitsTest {
    private static final Tenant ACME = new Tenant("acme", "flowers");
    private static final Tenant BOLT = new Tenant("bolt", "screws");

    private final AtomicLong nanos = new AtomicLong();
    private final SubmissionLimits limits = new SubmissionLimits(2, 3, new TimeMeter() {
        @Override
        public long currentTimeNanos() {
            return nanos.get();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    });

    @Test
    void ten_seconds_trainings_at_once_and_the_next_one_says_when() {
        assertThat(taken(ACME, 100)).isEqualTo(20);
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> limits.take(ACME));
        assertThat(refusal.status()).isEqualTo(StatusCode.RATE_LIMITED);
        assertThat(refusal.details()).isEqualTo("app 'flowers' may ask for 2 trainings a second, and for 20 at once");
        assertThat(refusal.retryAfter()).contains(Duration.ofMillis(500));
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(500));
        assertThat(taken(ACME, 100)).isEqualTo(1);
        assertThat(taken(BOLT, 100)).as("each app has a bucket of its own").isEqualTo(20);
    }

    @Test
    void so_many_wait_and_no_more_with_the_count_and_the_limit() {
        AtomicLong waiting = new AtomicLong(1);
        limits.admit(ACME, _ -> waiting.get());
        limits.admit(ACME, _ -> {
            throw new AssertionError("counted a moment ago");
        });
        waiting.set(3);
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> limits.admit(ACME, _ -> waiting.get()));
        assertThat(refusal.status()).isEqualTo(StatusCode.RATE_LIMITED);
        assertThat(refusal.details())
                .isEqualTo("3 trainings of app 'flowers' wait already, and no more than 3 may:"
                        + " cancel some, or wait until some have started");
        assertThat(refusal.retryAfter()).contains(Duration.ofSeconds(30));
        limits.admit(BOLT, _ -> 0);
        waiting.set(2);
        limits.admit(ACME, _ -> waiting.get());
    }

    @Test
    void a_limit_that_nobody_could_keep_is_refused() {
        assertThatThrownBy(() -> new SubmissionLimits(0, 1, TimeMeter.SYSTEM_NANOTIME))
                .hasMessage("deeptrain.submissions.per-second must be 1 or more: 0");
        assertThatThrownBy(() -> new SubmissionLimits(1, -1, TimeMeter.SYSTEM_NANOTIME))
                .hasMessage("deeptrain.submissions.waiting-max must be 1 or more: -1");
    }

    private int taken(Tenant tenant, int tries) {
        int taken = 0;
        for (int attempt = 0; attempt < tries; attempt++) {
            try {
                limits.take(tenant);
                taken++;
            } catch (Refusal _) {
                return taken;
            }
        }
        return taken;
    }
}
