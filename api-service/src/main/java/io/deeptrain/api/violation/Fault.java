package io.deeptrain.api.violation;

import io.deeptrain.api.status.StatusCode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A violation, and the status that says of what kind it is.
 *
 * @param status of the answer when nothing of another kind is wrong
 */
public record Fault(StatusCode status, Violation violation) {
    public static Fault of(StatusCode status, String field, String value, String legal) {
        return new Fault(status, new Violation(field, value, legal, Optional.empty()));
    }

    /** The status that all of them share, or {@code ofSeveral} if they do not. */
    public static StatusCode statusOf(List<Fault> faults, StatusCode ofSeveral) {
        Set<StatusCode> kinds = faults.stream().map(Fault::status).collect(Collectors.toSet());
        return kinds.size() == 1 ? kinds.iterator().next() : ofSeveral;
    }

    public static List<Violation> violations(List<Fault> faults) {
        return faults.stream().map(Fault::violation).toList();
    }
}
