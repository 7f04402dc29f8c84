package io.deeptrain.simulation;

import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.attempt.AttemptId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The object store: what was put there, by which attempt, and whether it can be trusted. */
final class ObjectShelf {
    private static final int SHA256_HEX_LENGTH = 64;

    private record Shelved(StoredObject object, AttemptId writer, boolean isSpoilt) {}

    private final Map<String, Shelved> shelved = new HashMap<>();

    /**
     * What was there already is the same.
     *
     * @param isSpoilt whether it was put there when a GPU that has computed it was known to be broken
     */
    StoredObject put(AttemptId writer, String name, boolean isSpoilt) {
        String key = "jobs/%s/attempts/%s/%s".formatted(writer.jobId(), writer.token(), name);
        StoredObject object = new StoredObject(key, sha256Of(key), name.length());
        shelved.putIfAbsent(key, new Shelved(object, writer, isSpoilt));
        return object;
    }

    /** Who wrote this very object. */
    Optional<AttemptId> writerOf(StoredObject object) {
        return Optional.ofNullable(shelved.get(object.key()))
                .filter(found -> found.object().equals(object))
                .map(Shelved::writer);
    }

    boolean isSpoilt(StoredObject object) {
        Shelved found = shelved.get(object.key());
        return found != null && found.isSpoilt();
    }

    /** Stands for the content, which nobody looks at. */
    static String sha256Of(String text) {
        return "%064x".formatted(Integer.toUnsignedLong(text.hashCode())).substring(0, SHA256_HEX_LENGTH);
    }
}
