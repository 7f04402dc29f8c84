package io.deeptrain.template;

import static io.deeptrain.template.TemplateCatalogue.notRunYet;
import static io.deeptrain.template.TemplateCatalogue.run;

import io.deeptrain.template.Template.TrainingCost;
import java.util.List;

/** The templates of visual classifiers. */
final class Classifiers {
    /** Measured on one core of a current x86 server with libtorch 2.7.1. */
    private static final TrainingCost CIFAR_ON_ONE_CORE = new TrainingCost(0.004, 8);

    /** Measured on one core of a current x86 server with libtorch 2.7.1, and scaled to the default image size. */
    private static final TrainingCost INCEPTION_V2 = new TrainingCost(0.50, 30);

    private static final TrainingCost INCEPTION_V3 = new TrainingCost(0.44, 30);
    private static final TrainingCost INCEPTION_RESNET_V2 = new TrainingCost(1.0, 60);
    static final TrainingCost BN_INCEPTION = new TrainingCost(0.28, 20);
    static final TrainingCost RESNEXT = new TrainingCost(0.58, 30);
    static final TrainingCost RESNET_50 = new TrainingCost(0.43, 30);

    private static final String IMAGENET = "ImageNet-1k";

    /** The Inception-v3 that comes with the worker. */
    private static final String NSFWJS = "nsfwjs-4.4.0";

    private Classifiers() {}

    static List<Template> templates() {
        return List.of(
                cifar(),
                run(
                        "Clarifai_InceptionV2",
                        "Factorised convolutions against the representational bottleneck.",
                        INCEPTION_V2,
                        epochSteps()),
                run(
                        "Clarifai_InceptionBatchNorm",
                        "InceptionV2 with batch normalisation; trains faster.",
                        BN_INCEPTION,
                        epochSteps()),
                inceptionResnet(),
                run(
                        "Clarifai_ResNext",
                        "Repeated blocks that aggregate transformations of one topology.",
                        RESNEXT,
                        epochSteps()),
                transfer(),
                baseModel(),
                strongResNet(),
                resNet(),
                efficientNet());
    }

    private static Template cifar() {
        return run(
                "classification_cifar10_v1",
                "A small residual network for images of 32 pixels, as in He et al. 2015, section 4.2: trains in minutes on a CPU.",
                CIFAR_ON_ONE_CORE,
                List.of(
                        Settings.imageSize(32, 32, 96),
                        Settings.batchSize(64, 128),
                        Settings.numEpochs(10),
                        Settings.perItemRate(0.0015625),
                        Settings.logreg(0),
                        Settings.numItemsPerEpoch(),
                        Settings.averageHorizontalFlips(false),
                        Settings.inferenceCropType()));
    }

    /** Of classifiers, and of embedders, which are trained as classifiers. */
    static List<Hyperparameter> epochSteps() {
        return List.of(
                Settings.imageSize(256, 32, 1024),
                Settings.batchSize(64, 128),
                Settings.initEpochs(25),
                Settings.stepEpochs(7),
                Settings.numEpochs(65),
                Settings.perItemRate(7.8125e-05),
                Settings.logreg(1),
                Settings.numItemsPerEpoch());
    }

    private static Template inceptionResnet() {
        return run(
                "Clarifai_InceptionResnetV2",
                "Inception blocks with residual connections; deeper. Its defaults are ours: none are published.",
                INCEPTION_RESNET_V2,
                List.of(
                        Settings.imageSize(256, 32, 1024),
                        Settings.batchSize(64, 128),
                        Settings.initEpochs(25),
                        Settings.stepEpochs(7),
                        Settings.numEpochs(65),
                        Settings.per128Rate(0.01),
                        Settings.logreg(1),
                        Settings.numItemsPerEpoch(),
                        Settings.testFreq(1)));
    }

    private static Template transfer() {
        return run(
                "Clarifai_InceptionTransferEmbedNorm",
                "An Inception network that can start from trained weights, which then learn more slowly than the new layer.",
                INCEPTION_V3,
                List.of(
                        Settings.logreg(1),
                        Settings.imageSize(256, 32, 1024),
                        Settings.batchSize(128, 128),
                        Settings.rate(0.1),
                        Settings.baseGradientMultiplier(),
                        Settings.pretrainedWeights(IMAGENET, NSFWJS),
                        Settings.frozenStages(),
                        Settings.numEpochs(20),
                        Settings.numItemsPerEpoch(),
                        Settings.averageHorizontalFlips(true)));
    }

    private static Template baseModel() {
        return run(
                "classification_basemodel_v1",
                "A ResNext that can start from general weights.",
                RESNEXT,
                List.of(
                        Settings.choice(
                                "model_cfg",
                                "The architecture. There is a choice of one, so that it has no effect.",
                                "resnext",
                                "resnext"),
                        Settings.choice(
                                "preinit",
                                "The weights to start from; other than None if the operator has put them there.",
                                "None",
                                "None",
                                "general-v1.5"),
                        Settings.frozenStages(),
                        Settings.logreg(1),
                        Settings.imageSize(256, 32, 1024),
                        Settings.batchSize(64, 128),
                        Settings.initEpochs(25),
                        Settings.stepEpochs(7),
                        Settings.numEpochs(65),
                        Settings.perItemRate(7.8125e-05),
                        Settings.numItemsPerEpoch(),
                        Settings.inferenceCropType()));
    }

    private static Template strongResNet() {
        return run(
                "MMClassification_ResNet_50_RSB_A1",
                "ResNet-50 with the training procedure of Wightman et al. 2021.",
                RESNET_50,
                List.of(
                        Settings.imageSize(224, 32, 1024),
                        Settings.batchSize(64, 256),
                        Settings.numEpochs(60, 600),
                        Settings.perItemRate(1.953125e-05),
                        Settings.weightDecay(0.01),
                        Settings.real(
                                "per_item_min_lrate",
                                "Learning rate per image that the schedule ends at.",
                                0,
                                1,
                                1.5625e-08),
                        Settings.whole("warmup_iters", "Updates until the full learning rate.", 0, 1_000_000, 1, 100),
                        Settings.real("warmup_ratio", "Share of the learning rate of the first update.", 0, 1, 0.0001),
                        Settings.mixupAlpha(0.2),
                        Settings.cutmixAlpha(1),
                        Settings.labelSmoothing(0.1),
                        Settings.dropPathRate(0.05),
                        Settings.pretrainedWeights(IMAGENET),
                        Settings.frozenStages(),
                        Settings.flipProbability(),
                        Settings.flipDirection(),
                        Settings.cropAreaMin(),
                        Settings.randAugmentMagnitude(),
                        Settings.randAugmentDeviation(),
                        Settings.repeatedAugmentation(),
                        Settings.conceptsMutuallyExclusive()));
    }

    private static Template resNet() {
        return run(
                "MMClassification_ResNet_50",
                "ResNet-50 with a learning rate that falls in steps.",
                RESNET_50,
                List.of(
                        Settings.imageSize(224, 32, 1024),
                        Settings.batchSize(64, 256),
                        Settings.numEpochs(60, 600),
                        Settings.perItemRate(0.000390625),
                        Settings.numbers(
                                "learning_rate_steps",
                                "Epochs after which the learning rate falls to a tenth.",
                                1,
                                600,
                                30,
                                40,
                                50),
                        Settings.weightDecay(0.0001),
                        Settings.momentum(),
                        Settings.pretrainedWeights(IMAGENET),
                        Settings.frozenStages(),
                        Settings.flipProbability(),
                        Settings.flipDirection(),
                        Settings.conceptsMutuallyExclusive()));
    }

    private static Template efficientNet() {
        return notRunYet(
                "MMClassification_EfficientNet",
                "Depth, width and image size grown in balance.",
                List.of(
                        Settings.imageSize(336, 32, 1024),
                        Settings.batchSize(4, 256),
                        Settings.numEpochs(30),
                        Settings.perItemRate(0.000390625),
                        Settings.weightDecay(0.0001),
                        Settings.momentum(),
                        Settings.pretrainedWeights(IMAGENET),
                        Settings.flipProbability(),
                        Settings.flipDirection(),
                        Settings.conceptsMutuallyExclusive(),
                        Settings.gpus(),
                        Settings.gpusMin()));
    }
}
