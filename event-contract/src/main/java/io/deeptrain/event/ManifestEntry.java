package io.deeptrain.event;

import java.util.List;

/**
 * One line of a manifest: an image and its labels. A manifest is an object of one JSON entry a line, in the order in
 * which the inputs were created, so that the same dataset always has the same hash.
 *
 * @param positives concepts that the image shows
 * @param negatives concepts that it is known not to show
 * @param regions where it shows which concept; empty unless a detector is to be trained
 */
public record ManifestEntry(
        String inputId,
        StoredObject image,
        List<String> positives,
        List<String> negatives,
        List<LabelledRegion> regions,
        Split split) {
    /** What an image is used for. */
    public enum Split {
        TRAIN,
        TEST
    }

    /**
     * A box and the concept that it encloses. One object of two concepts is two regions.
     *
     * @param top upper edge, as a fraction of the image's height
     * @param left left edge, as a fraction of its width
     * @param bottom lower edge, more than {@code top}
     * @param right right edge, more than {@code left}
     */
    public record LabelledRegion(String concept, double top, double left, double bottom, double right) {
        public LabelledRegion {
            if (!(0 <= top && top < bottom && bottom <= 1 && 0 <= left && left < right && right <= 1)) {
                throw new IllegalArgumentException(
                        "a region needs 0 <= top < bottom <= 1 and 0 <= left < right <= 1: top %s, left %s, bottom %s, right %s"
                                .formatted(top, left, bottom, right));
            }
        }
    }

    public ManifestEntry {
        positives = List.copyOf(positives);
        negatives = List.copyOf(negatives);
        regions = List.copyOf(regions);
    }

    /** An image that is labelled as a whole. */
    public ManifestEntry(
            String inputId, StoredObject image, List<String> positives, List<String> negatives, Split split) {
        this(inputId, image, positives, negatives, List.of(), split);
    }
}
