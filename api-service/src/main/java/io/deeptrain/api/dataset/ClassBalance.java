package io.deeptrain.api.dataset;

import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.Split;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether concepts have about as many images to learn from. Where one has many times as many as another, a network
 * gains more by always saying the frequent one than by telling them apart.
 */
public final class ClassBalance {
    /** A concept that another has so many times the images of is told of. */
    static final int RATIO_WARNED = 10;

    /** So many of them are named. */
    static final int NAMED_MAX = 5;

    private ClassBalance() {}

    /** A sentence for the tenant, if some concepts have far fewer images than the most frequent one. */
    public static Optional<String> warning(List<ManifestEntry> entries, List<String> concepts) {
        Map<String, Long> images = new LinkedHashMap<>();
        concepts.forEach(concept -> images.put(concept, 0L));
        entries.stream()
                .filter(entry -> entry.split() == Split.TRAIN)
                .flatMap(entry -> entry.positives().stream().distinct())
                .forEach(concept -> images.computeIfPresent(concept, (_, count) -> count + 1));
        Map.Entry<String, Long> most =
                images.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
        List<Map.Entry<String, Long>> rare = images.entrySet().stream()
                .filter(concept -> concept.getValue() * RATIO_WARNED <= most.getValue() && most.getValue() > 0)
                .sorted(Comparator.comparing(Map.Entry::getValue))
                .toList();
        if (rare.isEmpty()) {
            return Optional.empty();
        }
        String named = rare.stream()
                .limit(NAMED_MAX)
                .map(concept -> "'%s' has %d".formatted(concept.getKey(), concept.getValue()))
                .collect(Collectors.joining(", "));
        String more = rare.size() > NAMED_MAX ? " and %d more have few".formatted(rare.size() - NAMED_MAX) : "";
        return Optional.of(
                "Unbalanced: '%s' has %d images to learn from, but %s%s; concepts with so few are often missed, more images of them help"
                        .formatted(most.getKey(), most.getValue(), named, more));
    }
}
