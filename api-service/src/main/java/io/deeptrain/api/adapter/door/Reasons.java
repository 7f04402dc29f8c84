package io.deeptrain.api.adapter.door;

import io.deeptrain.api.violation.Violation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Why a call is refused, field by field, and when to try again, for the answers that have room for it. One of these
 * belongs to one call, and is empty unless the call is refused for what its request holds, or for now.
 */
public final class Reasons {
    private volatile List<Violation> violations = List.of();
    private volatile Optional<Duration> retryAfter = Optional.empty();

    public void are(Refusal refusal) {
        violations = refusal.violations();
        retryAfter = refusal.retryAfter();
    }

    public List<Violation> violations() {
        return violations;
    }

    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
