package io.deeptrain.objects;

import java.util.regex.Pattern;

/**
 * The rule for keys: segments of letters, digits, {@code . _ = + -} with a slash between, as in
 * {@code jobs/3f2a/model}. No segment begins with a dot, so no key leads out of the store or to a hidden file.
 */
public final class ObjectKey {
    public static final int LENGTH_MAX = 256;

    private static final Pattern KEYS =
            Pattern.compile("[A-Za-z0-9_=+-][A-Za-z0-9_.=+-]*(/[A-Za-z0-9_=+-][A-Za-z0-9_.=+-]*)*");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final int SHARD_LENGTH = 2;

    private ObjectKey() {}

    /** Gives back the key, or rejects it. */
    public static String require(String key) {
        if (key.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "object key is longer than %d characters: %d".formatted(LENGTH_MAX, key.length()));
        }
        if (!KEYS.matcher(key).matches()) {
            throw new IllegalArgumentException("not an object key: " + key);
        }
        return key;
    }

    /** Where content of this hash lies: {@code sha256/ab/abcd...}. */
    public static String ofContent(String sha256) {
        if (!SHA256.matcher(sha256).matches()) {
            throw new IllegalArgumentException("sha256 must be 64 lower case hexadecimal digits: " + sha256);
        }
        return "sha256/" + sha256.substring(0, SHARD_LENGTH) + "/" + sha256;
    }
}
