package io.deeptrain.worker.evaluation;

import io.deeptrain.worker.evaluation.ImageReport.ConceptScore;
import io.deeptrain.worker.evaluation.ImageReport.ImageScores;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a classifier said of a few images after an epoch. They are the same after each, so that one sees how it learned.
 *
 * @param epoch epochs completed
 * @param step steps completed, over all attempts
 */
public record EpochSample(int epoch, long step, List<SampledImage> images) {
    /** As many as fit on a line of a screen. */
    public static final int IMAGES_MAX = 8;

    /** Of longer trainings the newest are kept. */
    static final int EPOCHS_MAX = 100;

    private static final int SAID_MAX = 3;

    public EpochSample {
        images = List.copyOf(images);
    }

    /**
     * One image.
     *
     * @param shown what it shows
     * @param said the likeliest concepts, the likeliest first
     */
    public record SampledImage(String inputId, List<String> shown, List<Said> said) {
        public SampledImage {
            shown = List.copyOf(shown);
            said = List.copyOf(said);
        }
    }

    /**
     * A concept and how likely the image shows it.
     *
     * @param value 0 to 1
     */
    public record Said(String concept, float value) {}

    /** Of the images whose scores the report has. */
    public static EpochSample of(ImageReport report, int epoch, long step) {
        List<String> concepts =
                report.concepts().stream().map(ConceptScore::concept).toList();
        return new EpochSample(
                epoch,
                step,
                report.scores().stream()
                        .limit(IMAGES_MAX)
                        .map(scores -> sampled(scores, concepts))
                        .toList());
    }

    private static SampledImage sampled(ImageScores scores, List<String> concepts) {
        return new SampledImage(
                scores.inputId(),
                scores.shown().stream().map(concepts::get).toList(),
                IntStream.range(0, concepts.size())
                        .mapToObj(position ->
                                new Said(concepts.get(position), scores.values().get(position)))
                        .sorted(Comparator.comparingDouble(Said::value).reversed())
                        .limit(SAID_MAX)
                        .toList());
    }

    /** Those of earlier epochs and this one. */
    public static List<EpochSample> after(List<EpochSample> earlier, EpochSample newest) {
        List<EpochSample> all = new ArrayList<>(earlier);
        all.add(newest);
        return List.copyOf(all.subList(Math.max(0, all.size() - EPOCHS_MAX), all.size()));
    }
}
