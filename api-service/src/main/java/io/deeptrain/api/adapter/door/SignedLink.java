package io.deeptrain.api.adapter.door;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A file's path that opens this file, and nothing else, without a key, because clients download what they are pointed
 * to without sending one. Whoever has the link has the file until the link ends.
 *
 * <p>A link is the same all day and ends with the day after, by UTC: what holds it, and that answer's ETag, changes
 * once a day.
 *
 * @param ends when it opens nothing more
 * @param signature HMAC-SHA256 of the path and the end
 */
public record SignedLink(String path, Instant ends, String signature) {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int DAYS = 2;

    /** The link of a path, signed today. */
    public static SignedLink of(String path, byte[] secret, Instant now) {
        Instant ends = LocalDate.ofInstant(now, ZoneOffset.UTC)
                .plusDays(DAYS)
                .atStartOfDay()
                .toInstant(ZoneOffset.UTC);
        return new SignedLink(path, ends, signature(path, ends, secret));
    }

    /**
     * Whether this is what {@link #of} made, and has not ended. Takes as long for a wrong signature as for a right one.
     */
    public boolean opens(byte[] secret, Instant now) {
        return now.isBefore(ends)
                && ends.isBefore(now.plus(Duration.ofDays(DAYS + 1L)))
                && MessageDigest.isEqual(
                        signature(path, ends, secret).getBytes(StandardCharsets.US_ASCII),
                        signature.getBytes(StandardCharsets.UTF_8));
    }

    /** The path with what opens it. */
    public String withQuery() {
        return "%s?ends=%d&signature=%s".formatted(path, ends.getEpochSecond(), signature);
    }

    private static String signature(String path, Instant ends, byte[] secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            String signed = ends.getEpochSecond() + "\n" + path;
            return HexFormat.of().formatHex(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
