package io.deeptrain.worker.objective;

import io.deeptrain.worker.detection.Box;
import java.util.List;

/**
 * What is known of an image.
 *
 * @param shown positions of the concepts that it shows, ascending
 * @param objects where it shows them; empty if it is labelled as a whole
 */
public record Labels(List<Integer> shown, List<LabelledBox> objects) {
    /**
     * A box and what it encloses.
     *
     * @param concept the concept's position
     * @param box in fractions of the image's height and width, so that it holds for the image in every size
     */
    public record LabelledBox(int concept, Box box) {}

    public Labels {
        shown = List.copyOf(shown);
        objects = List.copyOf(objects);
    }

    /** Of the image's mirror image. */
    public Labels mirrored(Mirror mirror) {
        return objects.isEmpty()
                ? this
                : new Labels(
                        shown,
                        objects.stream()
                                .map(object -> new LabelledBox(object.concept(), mirror.of(object.box())))
                                .toList());
    }
}
