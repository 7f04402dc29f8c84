package io.deeptrain.objects;

import java.io.IOException;
import java.io.InputStream;

/**
 * Bytes by key. An object is there whole or not at all: whoever reads never sees half of it, and once {@code put} has
 * returned it survives a power cut. An object is never changed in place; putting a key again replaces it as a whole.
 *
 * <p>Keys and prefixes are those of {@link ObjectKey}; any other is an {@code IllegalArgumentException}.
 */
public interface ObjectStore {
    /** Reads {@code content} to its end, which stays open. */
    StoredBlob put(String key, InputStream content) throws IOException;

    /**
     * Stores {@code content} under its own hash, so that the same bytes are stored once.
     *
     * @see ObjectKey#ofContent
     */
    StoredBlob putContent(InputStream content) throws IOException;

    /** The caller closes the stream. A key that is not there is a {@link java.nio.file.NoSuchFileException}. */
    InputStream open(String key) throws IOException;

    boolean exists(String key) throws IOException;

    /** Deletes the object of this key and every object below it. What is not there counts as deleted. */
    void delete(String prefix) throws IOException;
}
