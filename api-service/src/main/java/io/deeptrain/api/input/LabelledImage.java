package io.deeptrain.api.input;

import io.deeptrain.event.StoredObject;
import io.deeptrain.video.Clip;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An input: an image, or a video, in the object store and what is known about it.
 *
 * @param video what the video is; nothing of an image
 * @param url where it came from, empty if it was sent
 * @param metadata a JSON object of the tenant's own
 * @param labels of the whole image, by what its annotations say together
 * @param regions of all its annotations
 */
public record LabelledImage(
        String id,
        StoredObject image,
        Optional<Clip> video,
        String url,
        String metadata,
        Optional<GeoPoint> geo,
        List<Label> labels,
        List<Region> regions,
        List<String> datasetIds,
        Instant createdAt,
        Instant modifiedAt) {
    public LabelledImage {
        labels = List.copyOf(labels);
        regions = List.copyOf(regions);
        datasetIds = List.copyOf(datasetIds);
    }
}
