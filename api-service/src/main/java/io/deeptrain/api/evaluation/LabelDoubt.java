package io.deeptrain.api.evaluation;

import io.deeptrain.api.evaluation.Report.ImageScores;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * An image whose label is probably wrong.
 *
 * <p>Found by confident learning (Northcutt, Jiang and Chuang 2021). A concept's threshold is the mean of what is said
 * of it where it is shown. Where concepts exclude each other, an image is doubted if among the concepts that reach
 * their threshold the likeliest is not the one that it is labelled with. Where they do not, each concept is a question
 * of its own: a label is doubted if absence reaches its threshold and presence does not, and a label is missed if it is
 * the other way round.
 *
 * @param labelled position of the concept that the image probably does not show; nothing if a label is missed
 * @param suggested position of the concept that it probably shows; nothing if a label is only doubted
 * @param margin by how much the suggestion is likelier than the label, -1 to 1
 */
public record LabelDoubt(String inputId, Optional<Integer> labelled, Optional<Integer> suggested, double margin) {
    private static final Comparator<LabelDoubt> WORST_FIRST =
            Comparator.comparingDouble(LabelDoubt::margin).reversed().thenComparing(LabelDoubt::inputId);

    /** Worst first, at most {@code max}. */
    static List<LabelDoubt> of(List<ImageScores> scores, int concepts, boolean exclusive, int max) {
        List<LabelDoubt> doubts = new ArrayList<>();
        double[] present = thresholds(scores, concepts, true);
        double[] absent = thresholds(scores, concepts, false);
        for (ImageScores image : scores) {
            if (exclusive) {
                ofOne(image, present).ifPresent(doubts::add);
            } else {
                doubts.addAll(ofEach(image, present, absent));
            }
        }
        return doubts.stream().sorted(WORST_FIRST).limit(max).toList();
    }

    /** For each concept the mean probability of what is labelled; nothing reaches that of a concept without images. */
    private static double[] thresholds(List<ImageScores> scores, int concepts, boolean shown) {
        double[] thresholds = new double[concepts];
        for (int concept = 0; concept < concepts; concept++) {
            int position = concept;
            thresholds[concept] = scores.stream()
                    .filter(image -> image.shown().contains(position) == shown)
                    .mapToDouble(image -> probability(image, position, shown))
                    .average()
                    .orElse(Double.POSITIVE_INFINITY);
        }
        return thresholds;
    }

    private static double probability(ImageScores image, int concept, boolean shown) {
        double value = image.values().get(concept);
        return shown ? value : 1 - value;
    }

    private static Optional<LabelDoubt> ofOne(ImageScores image, double[] thresholds) {
        if (image.shown().size() != 1) {
            return Optional.empty();
        }
        int label = image.shown().getFirst();
        int likeliest = label;
        double highest = Double.NEGATIVE_INFINITY;
        for (int concept = 0; concept < thresholds.length; concept++) {
            double value = image.values().get(concept);
            if (value >= thresholds[concept] && value > highest) {
                likeliest = concept;
                highest = value;
            }
        }
        return likeliest == label
                ? Optional.empty()
                : Optional.of(new LabelDoubt(
                        image.inputId(),
                        Optional.of(label),
                        Optional.of(likeliest),
                        highest - image.values().get(label)));
    }

    private static List<LabelDoubt> ofEach(ImageScores image, double[] present, double[] absent) {
        List<LabelDoubt> doubts = new ArrayList<>();
        for (int concept = 0; concept < present.length; concept++) {
            double value = image.values().get(concept);
            boolean confidentlyPresent = value >= present[concept];
            boolean confidentlyAbsent = 1 - value >= absent[concept];
            if (image.shown().contains(concept) && confidentlyAbsent && !confidentlyPresent) {
                doubts.add(new LabelDoubt(image.inputId(), Optional.of(concept), Optional.empty(), 1 - 2 * value));
            } else if (!image.shown().contains(concept) && confidentlyPresent && !confidentlyAbsent) {
                doubts.add(new LabelDoubt(image.inputId(), Optional.empty(), Optional.of(concept), 2 * value - 1));
            }
        }
        return doubts;
    }
}
