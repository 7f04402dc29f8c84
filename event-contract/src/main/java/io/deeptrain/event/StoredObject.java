package io.deeptrain.event;

/** Bytes in the object store: where they lie and what they must hash to. */
public record StoredObject(String key, String sha256, long sizeBytes) {
    private static final int SHA256_HEX_LENGTH = 64;

    public StoredObject {
        Text.requireId("object key", key);
        if (sha256.length() != SHA256_HEX_LENGTH) {
            throw new IllegalArgumentException("sha256 must be 64 hexadecimal digits: " + sha256);
        }
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("object size is negative: " + sizeBytes);
        }
    }
}
