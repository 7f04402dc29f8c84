package io.deeptrain.worker.detection;

import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.RetinaNet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads a detector's answers: scores and coded boxes of all anchors become what is seen in an image. */
public final class DetectionDecoder {
    /** Of each level, so many of the surest are looked at, as by Lin et al. 2017. */
    static final int CANDIDATES_MAX = 1_000;

    /** What a model is measured by includes what it is hardly sure of. */
    public static final double SCORE_TO_MEASURE = 0.05;

    /** Of an image. */
    public static final int DETECTIONS_MAX = 100;

    /** An anchor, counted from its level's first one, and what it may show. */
    private record Candidate(float logit, int anchor, int concept) {}

    private final DetectorSettings settings;
    private final int imageSize;
    private final int concepts;
    private final List<Integer> sides;
    private final List<Box> anchors;

    public DetectionDecoder(Network network, DetectorSettings settings, int imageSize, int concepts) {
        this.settings = settings;
        this.imageSize = imageSize;
        this.concepts = concepts;
        this.sides = RetinaNet.sides(network, imageSize);
        this.anchors = Anchors.of(imageSize, sides, settings.anchorRatios());
    }

    /**
     * What is seen in one image, the surest first.
     *
     * @param answers to several images
     * @param image which of them
     * @param scoreThreshold what is seen has a higher score
     */
    public List<Detection> read(Answers answers, int image, double scoreThreshold) {
        List<Detection> detections = new ArrayList<>();
        int first = 0;
        for (int level = 0; level < sides.size(); level++) {
            Maps maps = new Maps(answers, RetinaNet.LEVELS.get(level), image, sides.get(level));
            for (Candidate candidate : candidates(maps, logit(scoreThreshold))) {
                detections.add(maps.detection(candidate, anchors.get(first + candidate.anchor())));
            }
            first += maps.anchorsOfLevel();
        }
        return Suppression.of(detections, DETECTIONS_MAX);
    }

    private List<Candidate> candidates(Maps maps, double logitAbove) {
        List<Candidate> candidates = new ArrayList<>();
        for (int anchor = 0; anchor < maps.anchorsOfLevel(); anchor++) {
            for (int concept = 0; concept < concepts; concept++) {
                float logit = maps.logit(anchor, concept);
                if (logit > logitAbove) {
                    candidates.add(new Candidate(logit, anchor, concept));
                }
            }
        }
        candidates.sort(Comparator.comparingDouble(Candidate::logit).reversed());
        return candidates.subList(0, Math.min(CANDIDATES_MAX, candidates.size()));
    }

    private static double logit(double score) {
        return Math.log(score / (1 - score));
    }

    /** One level's answers for one image. */
    private final class Maps {
        private final float[] classes;
        private final float[] boxes;
        private final int pixels;
        private final int firstClass;
        private final int firstBox;

        Maps(Answers answers, String level, int image, int side) {
            classes = answers.of(RetinaNet.classes(level));
            boxes = answers.of(RetinaNet.boxes(level));
            pixels = side * side;
            firstClass = image * settings.anchorsPerPixel() * concepts * pixels;
            firstBox = image * settings.anchorsPerPixel() * settings.regressors(concepts) * BoxCoding.NUMBERS * pixels;
        }

        int anchorsOfLevel() {
            return pixels * settings.anchorsPerPixel();
        }

        float logit(int anchor, int concept) {
            int pixel = anchor / settings.anchorsPerPixel();
            int shape = anchor % settings.anchorsPerPixel();
            return classes[firstClass + (shape * concepts + concept) * pixels + pixel];
        }

        Detection detection(Candidate candidate, Box anchor) {
            int pixel = candidate.anchor() / settings.anchorsPerPixel();
            int shape = candidate.anchor() % settings.anchorsPerPixel();
            int regressor = settings.perClassRegression() ? candidate.concept() : 0;
            int at =
                    firstBox + (shape * settings.regressors(concepts) + regressor) * BoxCoding.NUMBERS * pixels + pixel;
            Box box = BoxCoding.decode(
                    anchor, boxes[at], boxes[at + pixels], boxes[at + 2 * pixels], boxes[at + 3 * pixels]);
            float score = (float) (1 / (1 + Math.exp(-candidate.logit())));
            return new Detection(
                    candidate.concept(), score, box.within(imageSize).times(1.0 / imageSize));
        }
    }
}
