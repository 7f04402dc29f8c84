package io.deeptrain.api.adapter.door;

import io.deeptrain.api.violation.Violation;
import java.util.List;

/**
 * Why a call is refused, field by field, for the answers that have room for it. One of these belongs to one call, and
 * is empty unless the call is refused for what its request holds.
 */
public final class Reasons {
    private volatile List<Violation> violations = List.of();

    public void are(Refusal refusal) {
        violations = refusal.violations();
    }

    public List<Violation> violations() {
        return violations;
    }
}
