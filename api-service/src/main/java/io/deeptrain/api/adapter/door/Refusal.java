package io.deeptrain.api.adapter.door;

import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.violation.Violation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Ends a call with a failed status. The doors turn it into the envelope of the call's own answer. */
public final class Refusal extends RuntimeException {
    /** Whoever has more wrong than this puts that much right first. */
    static final int VIOLATIONS_MAX = 100;

    private final StatusCode status;
    private final String details;
    private final List<Violation> violations;
    private final Optional<Duration> retryAfter;

    /** @param details for the caller: names the field, the value and what would be right */
    @SuppressWarnings("MissingSummary") // The class says it.
    public Refusal(StatusCode status, String details) {
        this(status, details, List.of(), Optional.empty());
    }

    /** Trying again makes sense, but not before so long. */
    public Refusal(StatusCode status, String details, Duration retryAfter) {
        this(status, details, List.of(), Optional.of(retryAfter));
    }

    /** Says everything that is wrong with a request at once, a line each. */
    public Refusal(StatusCode status, List<Violation> violations) {
        this(
                status,
                lines(violations),
                violations.subList(0, Math.min(violations.size(), VIOLATIONS_MAX)),
                Optional.empty());
    }

    private static String lines(List<Violation> violations) {
        String lines = violations.stream()
                .limit(VIOLATIONS_MAX)
                .map(Violation::message)
                .collect(Collectors.joining("\n"));
        int unsaid = violations.size() - VIOLATIONS_MAX;
        return unsaid > 0 ? "%s\nand %d more".formatted(lines, unsaid) : lines;
    }

    private Refusal(StatusCode status, String details, List<Violation> violations, Optional<Duration> retryAfter) {
        super("%d %s: %s".formatted(status.code(), status.description(), details), null, false, false);
        this.status = status;
        this.details = details;
        this.violations = List.copyOf(violations);
        this.retryAfter = retryAfter;
    }

    public StatusCode status() {
        return status;
    }

    public String details() {
        return details;
    }

    /** When trying again makes sense, where that is known. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /** What is wrong, field by field, where that is known. */
    public List<Violation> violations() {
        return violations;
    }
}
