package io.deeptrain.scheduler.adapter.rest;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.Provider;
import java.util.Optional;

/** Turns away who has not the operator's token. */
@Provider
@OperatorsOnly
public class OperatorFilter implements ContainerRequestFilter {
    private final OperatorToken token;

    OperatorFilter(OperatorToken token) {
        this.token = token;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        String shown = Optional.ofNullable(request.getHeaderString(HttpHeaders.AUTHORIZATION))
                .orElse("");
        if (!token.isSet()) {
            request.abortWith(
                    Problem.answer(403, "No operator has access: %s is not set.".formatted(OperatorToken.PROPERTY)));
        } else if (!token.isShownBy(shown)) {
            request.abortWith(Problem.answer(
                    401,
                    "The operator's token is missing or wrong: send Authorization: Bearer TOKEN with that of %s."
                            .formatted(OperatorToken.PROPERTY)));
        }
    }
}
