package io.deeptrain.worker.detection;

import io.deeptrain.worker.detection.Points.Point;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Fcos;
import io.deeptrain.worker.network.FeaturePyramid;
import java.util.List;

/**
 * Reads what a detector answers for its points. A score is the geometric mean of the concept's and of the centre-ness,
 * as in the later version of FCOS: what is seen from the border of an object is placed worse.
 */
final class PointReader implements LevelReader {
    private static final double LOGARITHM_MAX = Math.log(Points.FARTHEST);

    private final List<Integer> sides;
    private final int concepts;
    private final List<Point> points;

    PointReader(int imageSize, List<Integer> sides, int concepts) {
        this.sides = sides;
        this.concepts = concepts;
        this.points = Points.of(imageSize, sides);
    }

    @Override
    public Places places(Answers answers, int image, int level, int first) {
        return new Maps(answers, image, level, first);
    }

    private final class Maps implements Places {
        private final float[] classes;
        private final float[] boxes;
        private final float[] centres;
        private final int image;
        private final int pixels;
        private final int firstPoint;

        Maps(Answers answers, int image, int level, int firstPoint) {
            String name = FeaturePyramid.LEVELS.get(level);
            this.image = image;
            this.firstPoint = firstPoint;
            classes = answers.of(FeaturePyramid.classes(name));
            boxes = answers.of(FeaturePyramid.boxes(name));
            centres = answers.of(Fcos.centres(name));
            pixels = sides.get(level) * sides.get(level);
        }

        @Override
        public int count() {
            return pixels;
        }

        @Override
        public float logit(int point, int concept) {
            double score = sigmoid(classes[(image * concepts + concept) * pixels + point]);
            double mean = Math.sqrt(score * sigmoid(centres[image * pixels + point]));
            return (float) Math.log(mean / (1 - mean));
        }

        private static double sigmoid(float logit) {
            return 1 / (1 + Math.exp(-logit));
        }

        @Override
        public Box box(int point, int concept) {
            int at = image * Points.NUMBERS * pixels + point;
            return points.get(firstPoint + point)
                    .box(
                            distance(boxes[at]),
                            distance(boxes[at + pixels]),
                            distance(boxes[at + 2 * pixels]),
                            distance(boxes[at + 3 * pixels]));
        }

        private static double distance(float logarithm) {
            return Math.exp(Math.min(logarithm, LOGARITHM_MAX));
        }
    }
}
