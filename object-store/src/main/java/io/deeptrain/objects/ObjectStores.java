package io.deeptrain.objects;

import io.deeptrain.objects.adapter.local.LocalObjectStore;
import io.deeptrain.objects.adapter.s3.S3ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** The object store that a setting names. */
public final class ObjectStores {
    /** The setting, as operators write it; messages about it name it. */
    public static final String SETTING = "DEEPTRAIN_OBJECTS";

    private ObjectStores() {}

    /**
     * Opens {@code file:///absolute/folder}, which is made if it is not there, or {@code s3://bucket/prefix}, whose
     * bucket must be there. Behind the latter may stand {@code ?endpoint=URL&region=NAME&path-style=true}.
     */
    public static ObjectStore open(URI place) throws IOException {
        return switch (String.valueOf(place.getScheme())) {
            case "file" -> LocalObjectStore.in(Path.of(place));
            case "s3" -> S3ObjectStore.in(place);
            default ->
                throw new IllegalArgumentException(
                        "%s must be file:///folder or s3://bucket/prefix: %s".formatted(SETTING, place));
        };
    }
}
