package io.deeptrain.event;

import java.util.List;
import java.util.Optional;

/**
 * One line of a manifest: an input and its labels. A manifest is an object of one JSON entry a line, in the order in
 * which the inputs were created, so that the same dataset always has the same hash.
 *
 * @param image the file, as it was uploaded
 * @param video what is looked at of it if it is a video: each of those frames is an image with these labels; nothing if
 *     it is an image
 * @param positives concepts that it shows
 * @param negatives concepts that it is known not to show
 * @param regions where it shows which concept; empty unless a detector is to be trained
 */
public record ManifestEntry(
        String inputId,
        StoredObject image,
        Optional<Footage> video,
        List<String> positives,
        List<String> negatives,
        List<LabelledRegion> regions,
        Split split) {
    /** What an input is used for, a video with all its frames: those of one are much alike. */
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

    /** An image. */
    public ManifestEntry(
            String inputId,
            StoredObject image,
            List<String> positives,
            List<String> negatives,
            List<LabelledRegion> regions,
            Split split) {
        this(inputId, image, Optional.empty(), positives, negatives, regions, split);
    }

    /** An image that is labelled as a whole. */
    public ManifestEntry(
            String inputId, StoredObject image, List<String> positives, List<String> negatives, Split split) {
        this(inputId, image, positives, negatives, List.of(), split);
    }

    /** One of a video's frames, as an image of its own. */
    public ManifestEntry frame(long millis) {
        return new ManifestEntry(
                new FrameId(inputId, millis).toString(), image, video, positives, negatives, regions, split);
    }

    /** How many images it is to whoever learns from it. */
    public int images() {
        return video.map(Footage::frames).orElse(1);
    }

    /** How many images a training learns from and is measured by, if all can be read. */
    public static long images(List<ManifestEntry> entries) {
        return entries.stream().mapToLong(ManifestEntry::images).sum();
    }
}
