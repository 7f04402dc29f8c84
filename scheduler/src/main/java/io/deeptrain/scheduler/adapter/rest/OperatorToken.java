package io.deeptrain.scheduler.adapter.rest;

import io.deeptrain.scheduler.settings.InvalidSettingException;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What operators prove themselves with. Without one nobody can. */
@Startup
@ApplicationScoped
public class OperatorToken {
    static final String PROPERTY = "deeptrain.scheduler.control.token";
    private static final int LENGTH_MIN = 16;
    private static final String SCHEME = "Bearer ";

    private final Optional<String> token;

    OperatorToken(@ConfigProperty(name = PROPERTY) Optional<String> token) {
        this.token = token.filter(given -> !given.isBlank());
        this.token.ifPresent(given -> {
            if (given.length() < LENGTH_MIN) {
                throw new InvalidSettingException(
                        PROPERTY,
                        "%d characters long".formatted(given.length()),
                        "a secret of %d characters or more".formatted(LENGTH_MIN));
            }
        });
    }

    boolean isSet() {
        return token.isPresent();
    }

    /** Takes the same time whichever character is wrong. */
    boolean isShownBy(String authorization) {
        return token.isPresent()
                && authorization.startsWith(SCHEME)
                && MessageDigest.isEqual(bytes(token.get()), bytes(authorization.substring(SCHEME.length())));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
