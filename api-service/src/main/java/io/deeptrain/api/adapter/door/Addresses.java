package io.deeptrain.api.adapter.door;

import io.deeptrain.api.origin.Origin;
import io.deeptrain.api.status.StatusCode;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
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
    private static final ScopedValue<Here> HERE = ScopedValue.newInstance();

    private final Optional<Origin> fixed;
    private final LinkSecret secret;
    private final Clock clock;

    Addresses(
            @ConfigProperty(name = "deeptrain.public-url") Optional<String> publicUrl, LinkSecret secret, Clock clock) {
        this.fixed = publicUrl.filter(url -> !url.isBlank()).map(Origin::configured);
        this.secret = secret;
        this.clock = clock;
    }

    /** Where a call came to, and what its links are signed with. */
    private record Here(Optional<Origin> origin, LinkSecret secret, Clock clock) {
        String link(String path) {
            String link = SignedLink.of(path, secret.value(), clock.instant()).withQuery();
            return origin.map(known -> known.at(link)).orElse(link);
        }
    }

    /** Makes a call whose answer may hold addresses. */
    <T> T within(Optional<Origin> calledAt, ScopedValue.CallableOp<T, RuntimeException> call) {
        return ScopedValue.where(HERE, new Here(fixed.or(() -> calledAt), secret, clock))
                .call(call);
    }

    /**
     * The whole address of a file, which it opens without a key; the path alone where no call is answered, and without
     * its beginning if it is not known where the call came to.
     */
    public static String link(String path) {
        return HERE.isBound() ? HERE.get().link(path) : path;
    }

    /**
     * Lets a link that opens its file pass.
     *
     * @throws Refusal if it opens nothing, or no longer
     */
    public void requireOpen(SignedLink link) {
        if (!link.opens(secret.value(), clock.instant())) {
            throw new Refusal(
                    StatusCode.KEY_NOT_FOUND,
                    "This link has ended, or is not as it was given: read it again where it came from, or send a key");
        }
    }
}
