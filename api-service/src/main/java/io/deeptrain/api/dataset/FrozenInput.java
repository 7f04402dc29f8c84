package io.deeptrain.api.dataset;

import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.input.Region;
import io.deeptrain.event.StoredObject;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** An input as it was when it was frozen: all that a training can learn from. */
public record FrozenInput(String inputId, StoredObject image, List<Label> labels, List<Region> regions) {
    public FrozenInput {
        labels = List.copyOf(labels);
        regions = List.copyOf(regions);
    }

    /** In one order, so that inputs which say the same are equal. */
    public static FrozenInput of(LabelledImage input) {
        return new FrozenInput(
                input.id(),
                input.image(),
                sorted(input.labels()),
                input.regions().stream()
                        .map(region -> new Region(region.id(), region.box(), sorted(region.labels())))
                        .sorted(Comparator.comparing(Region::id))
                        .toList());
    }

    public boolean isLabelledWithAny(Collection<String> concepts) {
        return labels.stream().map(Label::conceptId).anyMatch(concepts::contains);
    }

    private static List<Label> sorted(List<Label> labels) {
        return labels.stream().sorted(Comparator.comparing(Label::conceptId)).toList();
    }
}
