package io.deeptrain.objects;

import io.deeptrain.objects.adapter.local.LocalObjectStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** The object store that a setting names. */
public final class ObjectStores {
    private ObjectStores() {}

    /** Opens {@code file:///absolute/folder}; the folder is made if it is not there. */
    public static ObjectStore open(URI place) throws IOException {
        if (!"file".equals(place.getScheme())) {
            throw new IllegalArgumentException("object store must be file:///folder: " + place);
        }
        return LocalObjectStore.in(Path.of(place));
    }
}
