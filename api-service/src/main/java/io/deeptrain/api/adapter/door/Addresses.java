package io.deeptrain.api.adapter.door;

import io.deeptrain.api.origin.Origin;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The addresses in answers, for clients that fetch what they are pointed to without knowing where they are. They begin
 * with where the call came to, unless the operator says where that is.
 *
 * <p>What a proxy says of it counts only for who trusts the proxy: Quarkus puts it into the request, or does not.
 */
@ApplicationScoped
public class Addresses {
    private static final ScopedValue<Origin> CALLED_AT = ScopedValue.newInstance();

    private final Optional<Origin> fixed;

    Addresses(@ConfigProperty(name = "deeptrain.public-url") Optional<String> publicUrl) {
        this.fixed = publicUrl.filter(url -> !url.isBlank()).map(Origin::configured);
    }

    /** Makes a call whose answer may hold addresses. */
    <T> T within(Optional<Origin> calledAt, ScopedValue.CallableOp<T, RuntimeException> call) {
        Optional<Origin> origin = fixed.or(() -> calledAt);
        return origin.isPresent() ? ScopedValue.where(CALLED_AT, origin.get()).call(call) : call.call();
    }

    /** The whole address of what lies at a path; the path alone if it is not known where the call came to. */
    public static String at(String path) {
        return CALLED_AT.isBound() ? CALLED_AT.get().at(path) : path;
    }
}
