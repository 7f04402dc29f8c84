package io.deeptrain.api.dataset;

import io.deeptrain.api.input.BoundingBox;
import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.LabelledRegion;
import io.deeptrain.event.ManifestEntry.Split;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Freezes a dataset: the images and videos that say anything about any of the model's concepts, each for training or
 * for the test at the end, a video with all its frames. Which of the two follows from the input's id alone, so that an
 * image which one version was tested on is never trained on by the next.
 */
public sealed interface Freezing {
    /** One image of so many is for the test. */
    int TEST_ONE_OF = 10;

    /** The dataset, in the order of the images. */
    record Frozen(List<ManifestEntry> entries) implements Freezing {
        public Frozen {
            entries = List.copyOf(entries);
        }
    }

    /** No image is labelled with any of the concepts. */
    record NoImages() implements Freezing {}

    /** No image shows these concepts. */
    record NoPositives(List<String> concepts) implements Freezing {
        public NoPositives {
            concepts = List.copyOf(concepts);
        }
    }

    /**
     * The one exception to the rule above: the first image that shows a concept is always for training, or a small
     * dataset might not train it at all.
     */
    static Freezing of(List<LabelledImage> images, List<String> concepts, Evidence evidence) {
        return ofFrozen(images.stream().map(FrozenInput::of).toList(), concepts, evidence);
    }

    /** As {@link #of}, of inputs that were frozen before, in their order. */
    static Freezing ofFrozen(List<FrozenInput> images, List<String> concepts, Evidence evidence) {
        Set<String> unseen = new HashSet<>(concepts);
        List<ManifestEntry> entries = new ArrayList<>();
        for (FrozenInput image : images) {
            List<String> positives = image.shown(concepts, evidence);
            List<String> negatives = image.notShown(concepts, evidence);
            if (positives.isEmpty() && negatives.isEmpty()) {
                continue;
            }
            boolean first = unseen.removeAll(positives);
            Split split = !first && isForTest(image.inputId()) ? Split.TEST : Split.TRAIN;
            entries.add(new ManifestEntry(
                    image.inputId(),
                    image.image(),
                    image.video(),
                    positives,
                    negatives,
                    regions(image, concepts, evidence),
                    split));
        }
        if (entries.isEmpty()) {
            return new NoImages();
        }
        return unseen.isEmpty()
                ? new Frozen(entries)
                : new NoPositives(concepts.stream().filter(unseen::contains).toList());
    }

    private static List<LabelledRegion> regions(FrozenInput image, List<String> concepts, Evidence evidence) {
        return switch (evidence) {
            case IMAGE_LABELS -> List.of();
            case REGION_LABELS ->
                image.regions().stream()
                        .flatMap(region -> region.labels().stream()
                                .filter(Label::positive)
                                .map(Label::conceptId)
                                .filter(concepts::contains)
                                .map(concept -> region(concept, region.box())))
                        .toList();
        };
    }

    private static LabelledRegion region(String concept, BoundingBox box) {
        return new LabelledRegion(concept, box.top(), box.left(), box.bottom(), box.right());
    }

    private static boolean isForTest(String inputId) {
        CRC32 hash = new CRC32();
        hash.update(inputId.getBytes(StandardCharsets.UTF_8));
        return hash.getValue() % TEST_ONE_OF == 0;
    }
}
