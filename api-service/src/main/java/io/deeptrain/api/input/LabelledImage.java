package io.deeptrain.api.input;

import io.deeptrain.event.StoredObject;
import java.time.Instant;
import java.util.List;

/**
 * An input: an image in the object store and what is known about it.
 *
 * @param url where it came from, empty if it was sent
 * @param metadata a JSON object of the tenant's own
 */
public record LabelledImage(
        String id, StoredObject image, String url, String metadata, List<Label> labels, Instant createdAt) {
    public LabelledImage {
        labels = List.copyOf(labels);
    }
}
