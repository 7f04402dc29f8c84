package io.deeptrain.api.adapter.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.deeptrain.api.status.StatusCode;
import io.github.bucket4j.TimeMeter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
    private final AtomicLong nanos = new AtomicLong();
    private final RateLimits limits = new RateLimits(10, new TimeMeter() {
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
    void twice_a_seconds_calls_at_once_and_not_one_more() {
        assertThat(admitted("a", 100)).isEqualTo(20);
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> limits.take("a", new Allowance()));
        assertThat(refusal.status()).isEqualTo(StatusCode.RATE_LIMITED);
        assertThat(refusal.details()).contains("10 calls a second");
    }

    @Test
    void then_as_many_as_the_limit_says() {
        admitted("a", 100);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(admitted("a", 100)).isEqualTo(10);
    }

    @Test
    void each_call_says_what_it_leaves() {
        Allowance first = new Allowance();
        limits.take("a", first);
        assertThat(first.left()).contains(new Allowance.Left(20, 2, 19, 1));
        admitted("a", 14);
        Allowance later = new Allowance();
        limits.take("a", later);
        assertThat(later.left().orElseThrow().limit()).isEqualTo("\"calls\";r=4;t=2");
        assertThat(later.left().orElseThrow().policy()).isEqualTo("\"calls\";q=20;w=2");
        admitted("a", 100);
        Allowance tooMany = new Allowance();
        assertThat(catchThrowableOfType(Refusal.class, () -> limits.take("a", tooMany)))
                .isNotNull();
        assertThat(tooMany.left()).contains(new Allowance.Left(20, 2, 0, 2));
    }

    @Test
    void one_key_does_not_pay_for_another() {
        admitted("a", 100);
        assertThat(admitted("b", 100)).isEqualTo(20);
    }

    private int admitted(String key, int calls) {
        int admitted = 0;
        for (int i = 0; i < calls; i++) {
            try {
                limits.take(key, new Allowance());
                admitted++;
            } catch (Refusal tooMany) {
                assertThat(tooMany.status()).isEqualTo(StatusCode.RATE_LIMITED);
            }
        }
        return admitted;
    }
}
