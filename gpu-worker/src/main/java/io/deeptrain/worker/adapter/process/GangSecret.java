package io.deeptrain.worker.adapter.process;

import io.deeptrain.worker.attempt.AttemptId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * By what the ranks of an attempt prove over a network that they belong to it: HMAC-SHA256 of the attempt's name, under
 * a key that an operator has given all workers. So it is in no event, and one attempt's secret tells nothing of
 * another's.
 */
public final class GangSecret {
    /** As many characters are hard to guess. */
    static final int KEY_LENGTH_MIN = 16;

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    /** Under a key of at least {@value #KEY_LENGTH_MIN} characters. */
    public GangSecret(String key) {
        if (key.length() < KEY_LENGTH_MIN) {
            throw new IllegalArgumentException("the key of gangs must have at least %d characters and has %d"
                    .formatted(KEY_LENGTH_MIN, key.length()));
        }
        this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    }

    String of(AttemptId attempt) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(attempt.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has " + ALGORITHM, impossible);
        }
    }
}
