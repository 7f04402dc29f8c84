package io.deeptrain.api.dataset;

import io.deeptrain.api.input.LabelledImage;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The images and videos of a dataset at one moment, in the order of the inputs' ids: it is the same however the dataset
 * came to hold what it holds.
 */
public record Snapshot(List<FrozenInput> inputs, DatasetCounts counts) {
    /** What the front door still freezes in one go. */
    public static final long INPUTS_MAX = 200_000;

    public Snapshot {
        inputs = List.copyOf(inputs);
    }

    public static Snapshot of(List<LabelledImage> images) {
        return new Snapshot(
                images.stream()
                        .map(FrozenInput::of)
                        .sorted(Comparator.comparing(FrozenInput::inputId))
                        .toList(),
                DatasetCounts.of(images));
    }

    /** What keeps a dataset of so many inputs from being frozen. */
    public static Optional<String> problem(long inputCount) {
        return inputCount <= INPUTS_MAX
                ? Optional.empty()
                : Optional.of("the dataset holds %d inputs but must hold at most %d to be frozen"
                        .formatted(inputCount, INPUTS_MAX));
    }
}
