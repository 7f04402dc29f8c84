package io.deeptrain.event;

import java.util.List;

/**
 * One line of a manifest: an image and its labels. A manifest is an object of one JSON entry a line, in the order in
 * which the inputs were created, so that the same dataset always has the same hash.
 *
 * @param positives concepts that the image shows
 * @param negatives concepts that it is known not to show
 */
public record ManifestEntry(
        String inputId, StoredObject image, List<String> positives, List<String> negatives, Split split) {
    /** What an image is used for. */
    public enum Split {
        TRAIN,
        TEST
    }

    public ManifestEntry {
        positives = List.copyOf(positives);
        negatives = List.copyOf(negatives);
    }
}
