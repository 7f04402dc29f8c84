package io.deeptrain.api.acceptance;

import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The clock of the service under test: that of the machine, until a test says what time it is. */
final class MovableClock extends Clock {
    private final AtomicReference<Optional<Instant>> told = new AtomicReference<>(Optional.empty());

    /** Takes the place of the machine's clock. */
    static final class Provider {
        private Provider() {}

        @Produces
        @Alternative
        @Priority(1)
        @Singleton
        static Clock clock() {
            return new MovableClock();
        }
    }

    void setTo(Instant now) {
        told.set(Optional.of(now));
    }

    void letGo() {
        told.set(Optional.empty());
    }

    @Override
    public Instant instant() {
        return told.get().orElseGet(Instant::now);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
