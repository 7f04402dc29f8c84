package io.deeptrain.api.dataset;

import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.LabelledImage;
import java.util.List;

/** How much of what a dataset holds. */
public record DatasetCounts(
        long inputs,
        long unlabelledInputs,
        long inputsWithMetadata,
        long regions,
        long inputsWithRegions,
        long positiveInputLabels,
        long positiveRegionLabels) {
    private static final String NO_METADATA = "{}";

    public static DatasetCounts of(List<LabelledImage> inputs) {
        return new DatasetCounts(
                inputs.size(),
                inputs.stream()
                        .filter(input ->
                                input.labels().isEmpty() && input.regions().isEmpty())
                        .count(),
                inputs.stream()
                        .filter(input -> !input.metadata().equals(NO_METADATA))
                        .count(),
                inputs.stream().mapToLong(input -> input.regions().size()).sum(),
                inputs.stream().filter(input -> !input.regions().isEmpty()).count(),
                inputs.stream().mapToLong(input -> positives(input.labels())).sum(),
                inputs.stream()
                        .flatMap(input -> input.regions().stream())
                        .mapToLong(region -> positives(region.labels()))
                        .sum());
    }

    private static long positives(List<Label> labels) {
        return labels.stream().filter(Label::positive).count();
    }
}
