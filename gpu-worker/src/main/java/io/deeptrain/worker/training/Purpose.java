package io.deeptrain.worker.training;

import io.deeptrain.event.TrainingSpec;
import io.deeptrain.template.TemplateCatalogue;
import io.deeptrain.worker.detection.AnchorSettings;
import io.deeptrain.worker.detection.DetectorSettings;
import io.deeptrain.worker.detection.PointSettings;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.DetectorArchitectures;
import io.deeptrain.worker.network.Embeddings;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.ResNet50;
import io.deeptrain.worker.objective.Objective;
import java.util.Optional;

/** What a training is for: the network that its model type and template ask for, and what that is to learn. */
public final class Purpose {
    /** The embedder whose loss is an angle; the others learn to place images by telling concepts apart. */
    private static final String ANGULAR = "Clarifai_ResNet_AngularMargin";

    private Purpose() {}

    /** Whether this worker trains the model type with the template. */
    static boolean isKnown(TrainingSpec spec) {
        if (findsObjects(spec)) {
            return DetectorArchitectures.templates().contains(spec.template());
        }
        boolean classifies = spec.modelTypeId().equals(TemplateCatalogue.VISUAL_CLASSIFIER);
        return Architectures.templates().contains(spec.template())
                ? classifies || placesImages(spec)
                : placesImages(spec) && spec.template().equals(ANGULAR);
    }

    /** The network for square images of one size; nothing if this worker knows no such template. */
    public static Optional<Network> network(TrainingSpec spec, int imageSize) {
        if (!isKnown(spec)) {
            return Optional.empty();
        }
        int concepts = spec.concepts().size();
        if (findsObjects(spec)) {
            return DetectorArchitectures.ofTemplate(
                    spec.template(), concepts, detector(spec).head(concepts));
        }
        if (!placesImages(spec)) {
            double dropPathRate = Regularisation.of(Settings.of(spec)).dropPathRate();
            return Architectures.ofTemplate(spec.template(), concepts, imageSize, dropPathRate);
        }
        return spec.template().equals(ANGULAR)
                ? Optional.of(Embeddings.angular(
                        ResNet50.resnet(concepts), Settings.of(spec).whole("embeddings_size")))
                : Architectures.ofTemplate(spec.template(), concepts, imageSize).map(Embeddings::placing);
    }

    /**
     * What the network is to learn.
     *
     * @param activation of its logits, where it learns to tell concepts apart
     */
    static Objective objective(TrainingSpec spec, Activation activation) {
        if (findsObjects(spec)) {
            return new Objective.ObjectDetection(detector(spec));
        }
        if (!placesImages(spec)) {
            return new Objective.Classification(activation);
        }
        return spec.template().equals(ANGULAR)
                ? new Objective.AngularMargin(
                        Settings.of(spec).real("angular_scale"),
                        Settings.of(spec).real("angular_margin"))
                : new Objective.Placement(activation);
    }

    private static boolean findsObjects(TrainingSpec spec) {
        return spec.modelTypeId().equals(TemplateCatalogue.VISUAL_DETECTOR);
    }

    private static DetectorSettings detector(TrainingSpec spec) {
        Settings settings = Settings.of(spec);
        double threshold = settings.real("detection_score_threshold");
        return DetectorArchitectures.isAnchorFree(spec.template())
                ? new PointSettings(threshold)
                : new AnchorSettings(
                        settings.reals("anchor_ratios"),
                        settings.flag("use_focal_loss"),
                        settings.flag("use_perclass_regression"),
                        threshold);
    }

    private static boolean placesImages(TrainingSpec spec) {
        return spec.modelTypeId().equals(TemplateCatalogue.VISUAL_EMBEDDER);
    }
}
