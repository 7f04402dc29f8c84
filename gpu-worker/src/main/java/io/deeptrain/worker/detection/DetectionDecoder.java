package io.deeptrain.worker.detection;

import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.FeaturePyramid;
import io.deeptrain.worker.network.Network;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads a detector's answers: scores and coded boxes of all anchors or points become what is seen in an image. */
public final class DetectionDecoder {
    /** Of each level, so many of the surest are looked at, as by Lin et al. 2017. */
    static final int CANDIDATES_MAX = 1_000;

    /** What a model is measured by includes what it is hardly sure of. */
    public static final double SCORE_TO_MEASURE = 0.05;

    /** Of an image. */
    public static final int DETECTIONS_MAX = 100;

    /** A place of a level - an anchor or a point, counted from its first one - and what it may show. */
    private record Candidate(float logit, int place, int concept) {}

    private final LevelReader reader;
    private final int imageSize;
    private final int concepts;
    private final List<Integer> sides;

    public DetectionDecoder(Network network, DetectorSettings settings, int imageSize, int concepts) {
        this.imageSize = imageSize;
        this.concepts = concepts;
        this.sides = FeaturePyramid.sides(network, imageSize);
        this.reader = switch (settings) {
            case AnchorSettings anchors -> new AnchorReader(anchors, imageSize, sides, concepts);
            case PointSettings _ -> new PointReader(imageSize, sides, concepts);
        };
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
            LevelReader.Places places = reader.places(answers, image, level, first);
            first += places.count();
            for (Candidate candidate : candidates(places, logit(scoreThreshold))) {
                float score = (float) (1 / (1 + Math.exp(-candidate.logit())));
                Box box = places.box(candidate.place(), candidate.concept());
                detections.add(new Detection(
                        candidate.concept(), score, box.within(imageSize).times(1.0 / imageSize)));
            }
        }
        return Suppression.of(detections, DETECTIONS_MAX);
    }

    private List<Candidate> candidates(LevelReader.Places places, double logitAbove) {
        List<Candidate> candidates = new ArrayList<>();
        for (int place = 0; place < places.count(); place++) {
            for (int concept = 0; concept < concepts; concept++) {
                float logit = places.logit(place, concept);
                if (logit > logitAbove) {
                    candidates.add(new Candidate(logit, place, concept));
                }
            }
        }
        candidates.sort(Comparator.comparingDouble(Candidate::logit).reversed());
        return candidates.subList(0, Math.min(CANDIDATES_MAX, candidates.size()));
    }

    private static double logit(double score) {
        return Math.log(score / (1 - score));
    }
}
