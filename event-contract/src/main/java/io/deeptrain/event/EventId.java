package io.deeptrain.event;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Names a fact. The same fact told twice has the same id, so that a consumer which has seen the id may ignore it.
 *
 * <p>It is the name-based UUID (version 5, RFC 9562) of the event's type and its {@link Event#factKey() fact key}.
 */
public record EventId(UUID value) {
    private static final UUID NAMESPACE = UUID.fromString("5b0d2c1e-8f55-5d0a-9f0e-2f3c6d1a7e44");
    private static final long VERSION_5 = 0x5000L;
    private static final long VARIANT_RFC = 0x8000000000000000L;

    public static EventId of(Event event) {
        return new EventId(nameBased(EventType.of(event).name() + "\n" + event.factKey()));
    }

    private static UUID nameBased(String name) {
        MessageDigest sha1 = sha1();
        sha1.update(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(NAMESPACE.getMostSignificantBits())
                .putLong(NAMESPACE.getLeastSignificantBits())
                .flip());
        ByteBuffer hash = ByteBuffer.wrap(sha1.digest(name.getBytes(StandardCharsets.UTF_8)));
        long most = (hash.getLong() & ~0xF000L) | VERSION_5;
        long least = (hash.getLong() & 0x3FFFFFFFFFFFFFFFL) | VARIANT_RFC;
        return new UUID(most, least);
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-1", impossible);
        }
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
