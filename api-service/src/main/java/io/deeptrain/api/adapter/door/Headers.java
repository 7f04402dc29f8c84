package io.deeptrain.api.adapter.door;

import io.deeptrain.api.origin.Origin;
import java.util.Optional;

/**
 * What a call brings besides its request, as headers of HTTP or metadata of gRPC.
 *
 * @param authorization empty if there was none
 * @param paging where a list is to go on, and where it does
 * @param allowance where what is left of the key's calls is noted
 * @param reasons where what is wrong with the request is noted, field by field
 * @param calledAt where the call came to, as far as that can be
 * @param precondition what must still be so for the call to change anything
 */
public record Headers(
        String authorization,
        Optional<String> idempotencyKey,
        Paging paging,
        Allowance allowance,
        Reasons reasons,
        Optional<Origin> calledAt,
        Optional<Precondition> precondition) {
    public static final String AUTHORIZATION = "authorization";
    public static final String IDEMPOTENCY_KEY = "idempotency-key";

    /** Of a call that is made whatever has changed. */
    public Headers(
            String authorization,
            Optional<String> idempotencyKey,
            Paging paging,
            Allowance allowance,
            Reasons reasons,
            Optional<Origin> calledAt) {
        this(authorization, idempotencyKey, paging, allowance, reasons, calledAt, Optional.empty());
    }

    /** The same, for a call that may change something only while this holds. */
    public Headers given(Precondition required) {
        return new Headers(authorization, idempotencyKey, paging, allowance, reasons, calledAt, Optional.of(required));
    }
}
