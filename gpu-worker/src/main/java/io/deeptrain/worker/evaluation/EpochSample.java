package io.deeptrain.worker.evaluation;

import io.deeptrain.worker.evaluation.DetectionReport.ObjectScore;
import io.deeptrain.worker.evaluation.ImageReport.ConceptScore;
import io.deeptrain.worker.evaluation.ImageReport.ImageScores;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a classifier or a detector said of a few images after an epoch. They are the same after each, so that one sees
 * how it learned.
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

    /** More boxes than that in one image nobody tells apart on a screen. */
    static final int REGIONS_MAX = 10;

    public EpochSample {
        images = List.copyOf(images);
    }

    /**
     * One image.
     *
     * @param shown what it shows as a whole, if a classifier was asked
     * @param said the likeliest concepts, the likeliest first
     * @param objects the first that it shows and where, if a detector was asked, at most {@link #REGIONS_MAX}
     * @param found what the detector found, the surest first, at most {@link #REGIONS_MAX}
     */
    public record SampledImage(
            String inputId, List<String> shown, List<Said> said, List<ShownObject> objects, List<FoundObject> found) {
        public SampledImage {
            shown = List.copyOf(shown);
            said = List.copyOf(said);
            objects = List.copyOf(objects);
            found = List.copyOf(found);
        }
    }

    /**
     * A concept and how likely the image shows it.
     *
     * @param value 0 to 1
     */
    public record Said(String concept, float value) {}

    /** An object and where it is. */
    public record ShownObject(String concept, Region region) {}

    /**
     * What a detector says is somewhere.
     *
     * @param value how sure it is, 0 to 1
     */
    public record FoundObject(String concept, float value, Region region) {}

    /** Of the first images that the report tells of one by one; none if it tells of none. */
    public static EpochSample of(EvaluationReport report, int epoch, long step) {
        List<SampledImage> images = switch (report) {
            case ImageReport told -> {
                List<String> concepts =
                        told.concepts().stream().map(ConceptScore::concept).toList();
                yield told.scores().stream()
                        .limit(IMAGES_MAX)
                        .map(scores -> sampled(scores, concepts))
                        .toList();
            }
            case DetectionReport found -> {
                List<String> concepts =
                        found.concepts().stream().map(ObjectScore::concept).toList();
                yield found.detections().stream()
                        .limit(IMAGES_MAX)
                        .map(image -> sampled(image, concepts))
                        .toList();
            }
        };
        return new EpochSample(epoch, step, images);
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
                        .toList(),
                List.of(),
                List.of());
    }

    private static SampledImage sampled(ImageDetections image, List<String> concepts) {
        return new SampledImage(
                image.inputId(),
                List.of(),
                List.of(),
                image.objects().stream()
                        .limit(REGIONS_MAX)
                        .map(object -> new ShownObject(concepts.get(object.concept()), object.region()))
                        .toList(),
                image.detections().stream()
                        .limit(REGIONS_MAX)
                        .map(found -> new FoundObject(concepts.get(found.concept()), found.score(), found.region()))
                        .toList());
    }

    /** Those of earlier epochs and this one. */
    public static List<EpochSample> after(List<EpochSample> earlier, EpochSample newest) {
        List<EpochSample> all = new ArrayList<>(earlier);
        all.add(newest);
        return List.copyOf(all.subList(Math.max(0, all.size() - EPOCHS_MAX), all.size()));
    }
}
