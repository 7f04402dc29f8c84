package io.deeptrain.api.adapter.door;

import io.deeptrain.api.status.StatusCode;

/** Ends a call with a failed status. The doors turn it into the envelope of the call's own answer. */
public final class Refusal extends RuntimeException {
    private final StatusCode status;
    private final String details;

    /** @param details for the caller: names the field, the value and what would be right */
    @SuppressWarnings("MissingSummary") // The class says it.
    public Refusal(StatusCode status, String details) {
        super("%d %s: %s".formatted(status.code(), status.description(), details), null, false, false);
        this.status = status;
        this.details = details;
    }

    public StatusCode status() {
        return status;
    }

    public String details() {
        return details;
    }
}
