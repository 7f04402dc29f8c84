package io.deeptrain.api.dataset;

import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.input.Region;
import io.deeptrain.event.Footage;
import io.deeptrain.event.StoredObject;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * An input as it was when it was frozen: all that a training can learn from.
 *
 * @param video what is looked at of it if it is a video; nothing if it is an image
 */
public record FrozenInput(
        String inputId, StoredObject image, Optional<Footage> video, List<Label> labels, List<Region> regions) {
    public FrozenInput {
        labels = List.copyOf(labels);
        regions = List.copyOf(regions);
    }

    /** In one order, so that inputs which say the same are equal. */
    public static FrozenInput of(LabelledImage input) {
        return new FrozenInput(
                input.id(),
                input.image(),
                input.video().map(clip -> Footage.of(clip.millis())),
                sorted(input.labels()),
                input.regions().stream()
                        .map(region -> new Region(region.id(), region.box(), sorted(region.labels())))
                        .sorted(Comparator.comparing(Region::id))
                        .toList());
    }

    /** Whether it says anything about any of the concepts. */
    public boolean isLabelledWithAny(Collection<String> concepts, Evidence evidence) {
        return !shown(concepts, evidence).isEmpty()
                || !conceptIds(labels, concepts, false).isEmpty();
    }

    /** Those of the concepts that it shows, in the order of their ids. */
    List<String> shown(Collection<String> concepts, Evidence evidence) {
        return switch (evidence) {
            case IMAGE_LABELS -> conceptIds(labels, concepts, true);
            case REGION_LABELS ->
                regions.stream()
                        .flatMap(region -> conceptIds(region.labels(), concepts, true).stream())
                        .distinct()
                        .sorted()
                        .toList();
        };
    }

    /** Those of the concepts that it is known not to show, in the order of their ids. */
    List<String> notShown(Collection<String> concepts, Evidence evidence) {
        List<String> shown = shown(concepts, evidence);
        return conceptIds(labels, concepts, false).stream()
                .filter(concept -> !shown.contains(concept))
                .toList();
    }

    private static List<String> conceptIds(List<Label> labels, Collection<String> concepts, boolean positive) {
        return labels.stream()
                .filter(label -> label.positive() == positive)
                .map(Label::conceptId)
                .filter(concepts::contains)
                .sorted()
                .toList();
    }

    private static List<Label> sorted(List<Label> labels) {
        return labels.stream().sorted(Comparator.comparing(Label::conceptId)).toList();
    }
}
