package io.deeptrain.worker.augmentation;

import io.deeptrain.worker.objective.Labels;
import io.deeptrain.worker.objective.Mirror;
import java.util.List;

/**
 * How a network sees an image: a rectangle of it, perhaps mirrored, then moved and changed in its colours.
 *
 * <p>All movements are one map, by which the image is sampled once. Whatever changes colours comes after that, also
 * where it was drawn before a movement: what lies beyond the image's edge is then changed with it.
 */
public record View(boolean mirrored, Mirror mirror, Crop crop, List<Operation> operations) {
    public View {
        operations = List.copyOf(operations);
    }

    /** Of the whole image as it is, or its mirror image. */
    public static View whole(boolean mirrored, Mirror mirror) {
        return new View(mirrored, mirror, Crop.WHOLE, List.of());
    }

    /** Whether more than mirroring decides which pixel comes where. */
    boolean moves() {
        return !crop.equals(Crop.WHOLE) || operations.stream().anyMatch(Movement.class::isInstance);
    }

    /** For each place in the view, the place in the image that it shows. */
    AffineMap map() {
        AffineMap map = mirrored ? crop.map().after(AffineMap.reflection(mirror)) : crop.map();
        for (Operation operation : operations) {
            if (operation instanceof Movement(AffineMap movement)) {
                map = map.after(movement);
            }
        }
        return map;
    }

    void changeTones(byte[] image, int side) {
        for (Operation operation : operations) {
            if (operation instanceof Tone tone) {
                tone.change(image, side);
            }
        }
    }

    /** What is known of what it shows. Nobody follows boxes through more than a mirror. */
    public Labels of(Labels known) {
        if (moves()) {
            return new Labels(known.shown(), List.of());
        }
        return mirrored ? known.mirrored(mirror) : known;
    }
}
