package io.deeptrain.simulation;

import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.attempt.AttemptId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The object store: what was put there, by which attempt. */
final class ObjectShelf {
    private static final int SHA256_HEX_LENGTH = 64;

    private record Shelved(StoredObject object, AttemptId writer) {}

    private final Map<String, Shelved> shelved = new HashMap<>();

    StoredObject put(AttemptId writer, String name) {
        String key = "jobs/%s/attempts/%s/%s".formatted(writer.jobId(), writer.token(), name);
        StoredObject object = new StoredObject(key, sha256Of(key), name.length());
        shelved.put(key, new Shelved(object, writer));
        return object;
    }

    /** Who wrote this very object. */
    Optional<AttemptId> writerOf(StoredObject object) {
        return Optional.ofNullable(shelved.get(object.key()))
                .filter(found -> found.object().equals(object))
                .map(Shelved::writer);
    }

    /** Stands for the content, which nobody looks at. */
    static String sha256Of(String text) {
        return "%064x".formatted(Integer.toUnsignedLong(text.hashCode())).substring(0, SHA256_HEX_LENGTH);
    }
}
