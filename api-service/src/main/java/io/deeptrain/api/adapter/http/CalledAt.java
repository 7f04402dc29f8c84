package io.deeptrain.api.adapter.http;

import io.deeptrain.api.origin.Origin;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Where calls come to, as their HTTP requests say. */
public final class CalledAt {
    private CalledAt() {}

    public static Optional<Origin> of(RoutingContext context) {
        HostAndPort authority = context.request().authority();
        String scheme = context.request().scheme();
        return authority == null || scheme == null ? Optional.empty() : Origin.said(scheme, authority.toString());
    }

    /** Of the gRPC call that begins on this thread: Quarkus keeps the request that carries it beside it meanwhile. */
    public static Optional<Origin> ofCurrentCall() {
        return Optional.ofNullable(Vertx.currentContext())
                .map((Context current) -> current.<RoutingContext>getLocal(RoutingContext.class.getName()))
                .flatMap(CalledAt::of);
    }
}
