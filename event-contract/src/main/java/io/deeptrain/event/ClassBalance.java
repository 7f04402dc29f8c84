package io.deeptrain.event;

import io.deeptrain.event.ManifestEntry.Split;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How many images a training learns each concept from. Where one has many times as many as another, a network gains
 * more by always saying the frequent one than by telling them apart (Buda et al. 2018, "A systematic study of the class
 * imbalance problem in convolutional neural networks").
 *
 * @param images that show each of the concepts, in their order
 * @param imagesOfNone that show none of them
 * @param noneIsLearned whether they teach anything: where each concept is a yes or no of its own they do, where one of
 *     the concepts must be said they do not
 */
public record ClassBalance(List<String> concepts, List<Integer> images, int imagesOfNone, boolean noneIsLearned) {
    /** What something else has so many times the images of is told of: it is a moderate share of both. */
    static final int RATIO_WARNED = 10;

    /** From here on it is less than one in a hundred of both, which is commonly called extreme. */
    static final int RATIO_EXTREME = 100;

    /** So many are named. */
    static final int NAMED_MAX = 5;

    public ClassBalance {
        concepts = List.copyOf(concepts);
        images = List.copyOf(images);
        if (images.size() != concepts.size()) {
            throw new IllegalArgumentException(
                    "%d counts of images for %d concepts".formatted(images.size(), concepts.size()));
        }
    }

    /** Counts the images of a manifest that are for training, and the frames of videos. */
    public static ClassBalance of(List<ManifestEntry> entries, List<String> concepts, boolean noneIsLearned) {
        Map<String, Integer> imagesOf = new LinkedHashMap<>();
        concepts.forEach(concept -> imagesOf.put(concept, 0));
        int none = 0;
        for (ManifestEntry entry : entries) {
            if (entry.split() == Split.TRAIN) {
                Set<String> shown = new HashSet<>(entry.positives());
                shown.retainAll(imagesOf.keySet());
                shown.forEach(concept -> imagesOf.merge(concept, entry.images(), Integer::sum));
                none += shown.isEmpty() ? entry.images() : 0;
            }
        }
        return new ClassBalance(concepts, List.copyOf(imagesOf.values()), none, noneIsLearned);
    }

    /** One side of the balance, in words for either case. */
    private record Side(String ifFrequent, String ifRare, int images) {}

    /** A sentence for the tenant, if something has far fewer images than the most frequent. */
    public Optional<String> warning() {
        Side none = new Side(
                "%d images to learn from show none of the concepts".formatted(imagesOfNone),
                "%d do not show it".formatted(imagesOfNone),
                imagesOfNone);
        List<Side> frequent = sides();
        // Of several concepts each has the images of the others to be told from.
        List<Side> rare = sides();
        if (noneIsLearned) {
            frequent.add(none);
        }
        if (noneIsLearned && concepts.size() == 1) {
            rare.add(none);
        }
        Side most = frequent.stream().max(Comparator.comparingInt(Side::images)).orElseThrow();
        rare.removeIf(side -> most.images() == 0 || side.images() * (long) RATIO_WARNED > most.images());
        rare.sort(Comparator.comparingInt(Side::images));
        return rare.isEmpty() ? Optional.empty() : Optional.of(sentence(most, rare));
    }

    private List<Side> sides() {
        List<Side> sides = new ArrayList<>();
        for (int n = 0; n < concepts.size(); n++) {
            sides.add(new Side(
                    "'%s' has %d images to learn from".formatted(concepts.get(n), images.get(n)),
                    "'%s' has %d".formatted(concepts.get(n), images.get(n)),
                    images.get(n)));
        }
        return sides;
    }

    private static String sentence(Side most, List<Side> rare) {
        boolean extreme = rare.getFirst().images() * (long) RATIO_EXTREME <= most.images();
        String named = rare.stream().limit(NAMED_MAX).map(Side::ifRare).collect(Collectors.joining(", "));
        String more = rare.size() > NAMED_MAX ? " and %d more have few".formatted(rare.size() - NAMED_MAX) : "";
        return "%s: %s, but %s%s; what has so few is often missed, which metrics of the whole hide: compare those of each concept, and add such images"
                .formatted(extreme ? "Extremely unbalanced" : "Unbalanced", most.ifFrequent(), named, more);
    }
}
