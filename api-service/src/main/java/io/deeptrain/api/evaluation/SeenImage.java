package io.deeptrain.api.evaluation;

import java.util.List;

/**
 * What a detector showed in one image, and what is there. An intersection over union of one half is a find; what is
 * surer finds first.
 *
 * @param detections the surest first
 */
public record SeenImage(String inputId, List<Labelled> objects, List<Detected> detections) {
    public SeenImage {
        objects = List.copyOf(objects);
        detections = List.copyOf(detections);
        for (Detected detection : detections) {
            if (detection.object() >= objects.size() || (detection.right() && detection.object() < 0)) {
                throw new IllegalArgumentException("a detection in %s is compared with object %d of %d"
                        .formatted(inputId, detection.object(), objects.size()));
            }
        }
    }

    /** A box in fractions of the image's height and width. */
    public record Region(double topRow, double leftCol, double bottomRow, double rightCol) {
        double area() {
            return (bottomRow - topRow) * (rightCol - leftCol);
        }
    }

    /**
     * An object that is there.
     *
     * @param concept the concept's position
     */
    public record Labelled(int concept, Region region) {}

    /**
     * Something that was shown.
     *
     * @param concept the concept's position
     * @param right whether it found an object
     * @param object position of the object that it found, or if it found none of the one that it overlaps most,
     *     whatever that shows; -1 if it overlaps none
     * @param overlap intersection over union with that object
     */
    public record Detected(int concept, double score, Region region, boolean right, int object, double overlap) {}

    boolean isOf(int concepts) {
        return objects.stream().allMatch(object -> object.concept() >= 0 && object.concept() < concepts)
                && detections.stream().allMatch(found -> found.concept() >= 0 && found.concept() < concepts);
    }
}
