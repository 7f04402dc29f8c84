package io.deeptrain.worker.detection;

import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.FeaturePyramid;
import java.util.List;

/** Reads what a detector answers for its anchors. */
final class AnchorReader implements LevelReader {
    private final AnchorSettings settings;
    private final List<Integer> sides;
    private final int concepts;
    private final List<Box> anchors;

    AnchorReader(AnchorSettings settings, int imageSize, List<Integer> sides, int concepts) {
        this.settings = settings;
        this.sides = sides;
        this.concepts = concepts;
        this.anchors = Anchors.of(imageSize, sides, settings.anchorRatios());
    }

    @Override
    public Places places(Answers answers, int image, int level, int first) {
        return new Maps(answers, image, level, first);
    }

    private final class Maps implements Places {
        private final float[] classes;
        private final float[] boxes;
        private final int pixels;
        private final int firstClass;
        private final int firstBox;
        private final int firstAnchor;

        Maps(Answers answers, int image, int level, int firstAnchor) {
            String name = FeaturePyramid.LEVELS.get(level);
            this.firstAnchor = firstAnchor;
            classes = answers.of(FeaturePyramid.classes(name));
            boxes = answers.of(FeaturePyramid.boxes(name));
            pixels = sides.get(level) * sides.get(level);
            firstClass = image * settings.anchorsPerPixel() * concepts * pixels;
            firstBox = image * settings.anchorsPerPixel() * settings.regressors(concepts) * BoxCoding.NUMBERS * pixels;
        }

        @Override
        public int count() {
            return pixels * settings.anchorsPerPixel();
        }

        @Override
        public float logit(int anchor, int concept) {
            int pixel = anchor / settings.anchorsPerPixel();
            int shape = anchor % settings.anchorsPerPixel();
            return classes[firstClass + (shape * concepts + concept) * pixels + pixel];
        }

        @Override
        public Box box(int anchor, int concept) {
            int pixel = anchor / settings.anchorsPerPixel();
            int shape = anchor % settings.anchorsPerPixel();
            int regressor = settings.perClassRegression() ? concept : 0;
            int at =
                    firstBox + (shape * settings.regressors(concepts) + regressor) * BoxCoding.NUMBERS * pixels + pixel;
            return BoxCoding.decode(
                    anchors.get(firstAnchor + anchor),
                    boxes[at],
                    boxes[at + pixels],
                    boxes[at + 2 * pixels],
                    boxes[at + 3 * pixels]);
        }
    }
}
