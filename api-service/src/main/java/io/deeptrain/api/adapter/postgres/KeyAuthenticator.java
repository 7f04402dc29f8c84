package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Authenticator;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Headers;
import io.deeptrain.api.adapter.door.RateLimits;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.Keys.StoredKey;
import io.deeptrain.api.status.StatusCode;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Knows callers by the keys that are kept. The local user's first key comes from the configuration. */
@ApplicationScoped
public class KeyAuthenticator implements Authenticator {
    private static final int KEY_LENGTH_MAX = 256;

    private final Keys keys;
    private final RateLimits limits;
    private final Optional<String> bootstrapKey;

    KeyAuthenticator(
            Keys keys,
            RateLimits limits,
            @ConfigProperty(name = "deeptrain.bootstrap.key") Optional<String> bootstrapKey) {
        this.keys = keys;
        this.limits = limits;
        this.bootstrapKey = bootstrapKey;
    }

    void begin(@Observes StartupEvent event) {
        bootstrapKey
                .filter(key -> !key.isBlank())
                .ifPresent(key -> keys.keep(
                        key, new Caller(Caller.ME, Optional.empty()), "bootstrap", Instant.now(), Optional.empty()));
    }

    @Override
    public Caller authenticate(Headers headers) {
        String[] words = headers.authorization().strip().split("\\s+", -1);
        if (words.length != 2 || !(words[0].equalsIgnoreCase("Key") || words[0].equalsIgnoreCase("Bearer"))) {
            throw new Refusal(
                    StatusCode.INVALID_AUTHORIZATION,
                    "Empty or malformed authorization header. Please provide an API key as 'Authorization: Key ...'.");
        }
        if (words[1].length() > KEY_LENGTH_MAX) {
            throw unknown();
        }
        StoredKey key = keys.find(words[1]).orElseThrow(KeyAuthenticator::unknown);
        if (key.isExpired(Instant.now())) {
            throw new Refusal(StatusCode.KEY_INVALID, "This key has expired; please make another one");
        }
        limits.take(key.prefix(), headers.allowance());
        return key.owner();
    }

    private static Refusal unknown() {
        return new Refusal(StatusCode.KEY_NOT_FOUND, "This key opens nothing here");
    }
}
