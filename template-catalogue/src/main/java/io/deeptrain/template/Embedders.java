package io.deeptrain.template;

import static io.deeptrain.template.TemplateCatalogue.run;

import java.util.List;

/** The templates of visual embedders. */
final class Embedders {
    private Embedders() {}

    static List<Template> templates() {
        return List.of(
                run(
                        "Clarifai_InceptionBatchNorm",
                        "Embeddings of InceptionV2 with batch normalisation.",
                        Classifiers.BN_INCEPTION,
                        Classifiers.epochSteps()),
                run(
                        "Clarifai_ResNext",
                        "Embeddings of repeated aggregated transformations.",
                        Classifiers.RESNEXT,
                        Classifiers.epochSteps()),
                angularMargin());
    }

    private static Template angularMargin() {
        return run(
                "Clarifai_ResNet_AngularMargin",
                "Embeddings whose angles tell concepts apart by a margin. Its defaults are ours: none are published.",
                Classifiers.RESNET_50,
                List.of(
                        Settings.imageSize(256, 32, 1024),
                        Settings.batchSize(64, 128),
                        Settings.initEpochs(25),
                        Settings.stepEpochs(7),
                        Settings.numEpochs(65),
                        Settings.perItemRate(7.8125e-05),
                        Settings.numItemsPerEpoch(),
                        Settings.whole("angular_scale", "Radius that embeddings are scaled to.", 16, 128, 16, 64),
                        Settings.real("angular_margin", "Angle that concepts are kept apart by.", 0.1, 0.9, 0.5),
                        Settings.whole("embeddings_size", "Numbers in an embedding.", 16, 4096, 16, 512)));
    }
}
