package io.deeptrain.template;

import static io.deeptrain.template.TemplateCatalogue.notRunYet;
import static io.deeptrain.template.TemplateCatalogue.run;

import io.deeptrain.template.Template.TrainingCost;
import java.util.List;

/** The templates of visual detectors. Their ranges are published, their defaults are ours. */
final class Detectors {
    private static final String COCO = "coco";
    private static final TrainingCost INCEPTION_V2 = new TrainingCost(0.4, 180);
    private static final TrainingCost INCEPTION_V4 = new TrainingCost(0.6, 180);
    private static final TrainingCost SMALL = new TrainingCost(0.03, 10);
    private static final TrainingCost ANCHOR_FREE = new TrainingCost(0.03, 10);

    private Detectors() {}

    static List<Template> templates() {
        return List.of(
                retina(
                        "Clarifai_InceptionV2",
                        "A one-stage detector on InceptionV2.",
                        INCEPTION_V2,
                        Settings.imageSize(512, 64, 800),
                        Settings.batchSize(8, 16)),
                retina(
                        "Clarifai_InceptionV4",
                        "A one-stage detector on InceptionV4; for 320, 512 or 800 pixels.",
                        INCEPTION_V4,
                        Settings.imageSize(512, 320, 800),
                        Settings.batchSize(8, 16)),
                yolo(),
                ssd(),
                fasterRcnn(),
                msc(),
                retina(
                        "DeepTrain_SmallDetector",
                        "A one-stage detector on a small residual network: for small images, and without a GPU.",
                        SMALL,
                        Settings.imageSize(96, 64, 800),
                        Settings.batchSize(16, 64)),
                anchorFree());
    }

    private static Template anchorFree() {
        return run(
                "DeepTrain_AnchorFreeDetector",
                "A detector without anchors on a small residual network: nothing to tune for the shapes of objects.",
                ANCHOR_FREE,
                List.of(
                        Settings.imageSize(96, 64, 800),
                        Settings.batchSize(16, 64),
                        Settings.numEpochs(30),
                        Settings.perItemRate(0.000625),
                        scoreThreshold(),
                        Settings.averageHorizontalFlips(true),
                        Settings.testFreq(1)));
    }

    private static Hyperparameter scoreThreshold() {
        return Settings.real("detection_score_threshold", "Only boxes with a score above it are returned.", 0, 1, 0.2);
    }

    private static Template retina(
            String id, String description, TrainingCost cost, Hyperparameter imageSize, Hyperparameter batchSize) {
        return run(
                id,
                description,
                cost,
                List.of(
                        imageSize,
                        batchSize,
                        Settings.numEpochs(30),
                        Settings.perItemRate(0.000625),
                        scoreThreshold(),
                        Settings.flag(
                                "use_perclass_regression",
                                "One set of box regressors per concept at each anchor, or a shared one.",
                                false),
                        Settings.numbers(
                                "anchor_ratios", "Height over width of the boxes to start from.", 0.01, 100, 0.5, 1, 2),
                        Settings.flag("use_focal_loss", "Weighs hard examples more.", true),
                        Settings.averageHorizontalFlips(true),
                        Settings.testFreq(1)));
    }

    private static Template yolo() {
        return notRunYet(
                "MMDetection_YoloF",
                "A one-stage detector on one level of features.",
                List.of(
                        Settings.real(
                                "max_aspect_ratio",
                                "Longer side over shorter side of the largest image that is trained on.",
                                1,
                                5,
                                1.5),
                        Settings.flag("keep_aspect_ratio", "Scales images without distorting them.", true),
                        imageSizes(512),
                        Settings.batchSize(16, 32),
                        Settings.numEpochs(30),
                        Settings.minSamplesPerEpoch(300),
                        Settings.perItemRate(0.001875),
                        Settings.pretrainedWeights(COCO),
                        Settings.whole("frozen_stages", "Stages of the backbone that do not learn.", 1, 4, 1, 1)));
    }

    private static Template ssd() {
        return notRunYet(
                "MMDetection_SSD",
                "A one-stage detector on several levels of features.",
                List.of(
                        Settings.batchSize(8, 32),
                        Settings.numEpochs(30),
                        Settings.perItemRate(0.00025),
                        Settings.pretrainedWeights(COCO)));
    }

    private static Template fasterRcnn() {
        return notRunYet(
                "MMDetection_FasterRCNN",
                "A two-stage detector: proposes regions, then looks at each.",
                List.of(
                        imageSizes(800),
                        Settings.numbers(
                                "random_resize_lower",
                                "Smallest size of randomly scaled images, one or two numbers; none is image_size.",
                                32,
                                2048),
                        Settings.numbers(
                                "random_resize_upper",
                                "Largest size of randomly scaled images, one or two numbers; none is image_size.",
                                32,
                                2048),
                        Settings.batchSize(4, 32),
                        Settings.numEpochs(30),
                        Settings.perItemRate(0.00125),
                        Settings.pretrainedWeights(COCO)));
    }

    private static Template msc() {
        return notRunYet(
                "Detection_MSC10",
                "A detector that goes on from another detector's weights.",
                List.of(
                        Settings.text("base_model", "The architecture.", "resnext"),
                        Settings.text("pretrain_base_data", "What the base was trained on.", "mscoco"),
                        Settings.text("load_from", "The model to start from; empty for none.", ""),
                        Settings.text("continue_from_eid", "The training to go on from; empty for none.", "")));
    }

    private static Hyperparameter imageSizes(double defaultValue) {
        return Settings.numbers(
                "image_size", "Size that images are scaled to, one or two numbers.", 32, 2048, defaultValue);
    }
}
