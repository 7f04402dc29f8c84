package io.deeptrain.api.adapter.door;

import java.util.Optional;

/**
 * What a call brings besides its request, as headers of HTTP or metadata of gRPC.
 *
 * @param authorization empty if there was none
 * @param paging where a list is to go on, and where it does
 */
public record Headers(String authorization, Optional<String> idempotencyKey, Paging paging) {
    public static final String AUTHORIZATION = "authorization";
    public static final String IDEMPOTENCY_KEY = "idempotency-key";
}
