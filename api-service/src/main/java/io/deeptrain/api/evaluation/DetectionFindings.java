package io.deeptrain.api.evaluation;

import io.deeptrain.api.evaluation.SeenImage.Detected;
import io.deeptrain.api.evaluation.SeenImage.Labelled;
import io.deeptrain.api.evaluation.SeenImage.Region;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a detector shows that is not there, what it misses, and what it finds at the wrong place: of the images that the
 * report tells of one by one.
 *
 * @param images how many
 * @param concepts in the order of their positions
 * @param falsePositives the surest first, at most {@link #LISTED_MAX}
 * @param missed the largest first, at most {@link #LISTED_MAX}
 * @param worstLocalised objects that were found, the least well covered first, at most {@link #LISTED_MAX}
 */
public record DetectionFindings(
        int images,
        List<OfConcept> concepts,
        List<FalsePositive> falsePositives,
        List<Missed> missed,
        List<Localised> worstLocalised) {
    /** As many as somebody looks through in one go. */
    static final int LISTED_MAX = 100;

    /** From this overlap on a detection is at an object's place. */
    private static final double AT_PLACE_FROM = 0.5;

    /** Below this overlap it has nothing to do with the object. */
    private static final double NEAR_FROM = 0.1;

    public DetectionFindings {
        concepts = List.copyOf(concepts);
        falsePositives = List.copyOf(falsePositives);
        missed = List.copyOf(missed);
        worstLocalised = List.copyOf(worstLocalised);
    }

    /**
     * One concept's objects and detections.
     *
     * @param falsePositiveInputs the first images that have a false positive, at most {@link #LISTED_MAX}
     * @param missedInputs the first images that have a missed object, at most {@link #LISTED_MAX}
     */
    public record OfConcept(
            String concept,
            long objects,
            long found,
            long falsePositives,
            List<String> falsePositiveInputs,
            List<String> missedInputs) {
        public OfConcept {
            falsePositiveInputs = List.copyOf(falsePositiveInputs);
            missedInputs = List.copyOf(missedInputs);
        }
    }

    /**
     * Why a detection is wrong: Bolya et al. 2020, "TIDE: a general toolbox for identifying object detection errors".
     */
    public enum Mistake {
        /** It is at the place of an object of another concept. */
        CONCEPT,
        /** It is near an object of its concept, but not at its place. */
        PLACE,
        /** It is near an object of another concept. */
        CONCEPT_AND_PLACE,
        /** A surer detection has found the object. */
        DUPLICATE,
        /** It is near nothing that is labelled. */
        BACKGROUND
    }

    /** A detection that found nothing. */
    public record FalsePositive(String inputId, Detected detection, Mistake mistake) {}

    /** An object that nothing found. */
    public record Missed(String inputId, Labelled object) {}

    /** An object that was found, and where. */
    public record Localised(String inputId, Detected detection, Region object) {}

    /** Of a report on a detector; its images and concepts are those of the report. */
    public static DetectionFindings of(List<String> concepts, List<SeenImage> seen) {
        List<FalsePositive> wrong = new ArrayList<>();
        List<Missed> missed = new ArrayList<>();
        List<Localised> found = new ArrayList<>();
        for (SeenImage image : seen) {
            Set<Integer> foundObjects = new HashSet<>();
            for (Detected detection : image.detections()) {
                if (detection.right()) {
                    foundObjects.add(detection.object());
                    Region place = image.objects().get(detection.object()).region();
                    found.add(new Localised(image.inputId(), detection, place));
                } else {
                    wrong.add(new FalsePositive(image.inputId(), detection, mistake(image, detection)));
                }
            }
            for (int n = 0; n < image.objects().size(); n++) {
                if (!foundObjects.contains(n)) {
                    missed.add(new Missed(image.inputId(), image.objects().get(n)));
                }
            }
        }
        List<OfConcept> ofConcepts = new ArrayList<>();
        for (int concept = 0; concept < concepts.size(); concept++) {
            ofConcepts.add(ofConcept(concept, concepts.get(concept), wrong, missed, found));
        }
        return new DetectionFindings(
                seen.size(),
                ofConcepts,
                first(
                        wrong,
                        Comparator.comparingDouble(
                                        (FalsePositive each) -> each.detection().score())
                                .reversed()),
                first(
                        missed,
                        Comparator.comparingDouble(
                                        (Missed each) -> each.object().region().area())
                                .reversed()),
                first(found, Comparator.comparingDouble(each -> each.detection().overlap())));
    }

    private static Mistake mistake(SeenImage image, Detected detection) {
        if (detection.overlap() < NEAR_FROM || detection.object() < 0) {
            return Mistake.BACKGROUND;
        }
        boolean atPlace = detection.overlap() >= AT_PLACE_FROM;
        if (image.objects().get(detection.object()).concept() == detection.concept()) {
            return atPlace ? Mistake.DUPLICATE : Mistake.PLACE;
        }
        return atPlace ? Mistake.CONCEPT : Mistake.CONCEPT_AND_PLACE;
    }

    private static OfConcept ofConcept(
            int concept, String name, List<FalsePositive> wrong, List<Missed> missed, List<Localised> found) {
        List<String> wrongIn = wrong.stream()
                .filter(each -> each.detection().concept() == concept)
                .map(FalsePositive::inputId)
                .toList();
        List<String> missedIn = missed.stream()
                .filter(each -> each.object().concept() == concept)
                .map(Missed::inputId)
                .toList();
        long right = found.stream()
                .filter(each -> each.detection().concept() == concept)
                .count();
        return new OfConcept(
                name, right + missedIn.size(), right, wrongIn.size(), firstOfEach(wrongIn), firstOfEach(missedIn));
    }

    private static List<String> firstOfEach(List<String> inputIds) {
        return new LinkedHashSet<>(inputIds).stream().limit(LISTED_MAX).toList();
    }

    /** Equal ones stay in the order of the images. */
    private static <T> List<T> first(List<T> all, Comparator<T> order) {
        return all.stream().sorted(order).limit(LISTED_MAX).toList();
    }
}
