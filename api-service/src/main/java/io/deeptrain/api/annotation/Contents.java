package io.deeptrain.api.annotation;

import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.Region;
import java.util.List;

/** Labels of a whole input, and regions: what is said when it is said, and what a patch names. */
public record Contents(List<Label> labels, List<Region> regions) {
    public static final int LABELS_MAX = 1000;
    public static final int REGIONS_MAX = 1000;

    public Contents {
        labels = List.copyOf(labels);
        regions = List.copyOf(regions);
    }

    public boolean isEmpty() {
        return labels.isEmpty() && regions.isEmpty();
    }
}
