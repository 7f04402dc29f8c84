package io.deeptrain.benchmarks.adapter.djl;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.List;

/**
 * The loop of DJL's own documentation, with DJL's blocks, trainer and optimizer, on the network that the worker trains
 * (the residual network of depth 20) and one batch that stays in memory: no data to read, nothing to report or save.
 */
final class BareLoop implements AutoCloseable {
    private static final int UNITS_PER_STAGE = 3;
    private static final int STAGES = 3;
    private static final int FIRST_CHANNELS = 16;
    private static final float LEARNING_RATE = 0.01f;

    private final Model model;
    private final Trainer trainer;
    private final Shape imageShape;
    private final float[] images;
    private final float[] labels;
    private final int batchSize;

    BareLoop(int batchSize, int imageSize, int concepts) {
        this.batchSize = batchSize;
        model = Model.newInstance("bare", "PyTorch");
        model.setBlock(network(concepts));
        trainer = model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optInitializer(new XavierInitializer(), "weight")
                .optOptimizer(Optimizer.sgd()
                        .setLearningRateTracker(Tracker.fixed(LEARNING_RATE))
                        .optMomentum(0.9f)
                        .optWeightDecays(5e-4f)
                        .build()));
        imageShape = new Shape(batchSize, 3, imageSize, imageSize);
        trainer.initialize(imageShape);
        images = new float[Math.toIntExact(imageShape.size())];
        labels = new float[batchSize];
        for (int index = 0; index < batchSize; index++) {
            labels[index] = index % concepts;
        }
    }

    void step() {
        // What the network computes lives with its input: in a manager of the step, or every step would leak.
        try (NDManager step = model.getNDManager().newSubManager()) {
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDArray batch = step.create(images, imageShape);
                NDList answer = trainer.forward(new NDList(batch));
                NDArray loss = trainer.getLoss().evaluate(new NDList(step.create(labels)), answer);
                collector.backward(loss);
            }
            trainer.step();
        }
    }

    int batchSize() {
        return batchSize;
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }

    private static Block network(int concepts) {
        SequentialBlock network = new SequentialBlock();
        network.add(convolved(FIRST_CHANNELS, 3, 1)).add(Activation::relu);
        int channels = FIRST_CHANNELS;
        for (int stage = 0; stage < STAGES; stage++) {
            for (int unit = 0; unit < UNITS_PER_STAGE; unit++) {
                int wider = FIRST_CHANNELS << stage;
                int stride = wider == channels ? 1 : 2;
                SequentialBlock residual = new SequentialBlock()
                        .add(convolved(wider, 3, stride))
                        .add(Activation::relu)
                        .add(convolved(wider, 3, 1));
                Block shortcut = wider == channels ? Blocks.identityBlock() : convolved(wider, 1, stride);
                network.add(new ParallelBlock(
                                values -> new NDList(values.get(0)
                                        .singletonOrThrow()
                                        .add(values.get(1).singletonOrThrow())),
                                List.of(residual, shortcut)))
                        .add(Activation::relu);
                channels = wider;
            }
        }
        return network.add(Pool.globalAvgPool2dBlock())
                .add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(concepts).build());
    }

    private static Block convolved(int channels, int kernel, int stride) {
        return new SequentialBlock()
                .add(Conv2d.builder()
                        .setFilters(channels)
                        .setKernelShape(new Shape(kernel, kernel))
                        .optStride(new Shape(stride, stride))
                        .optPadding(new Shape(kernel / 2, kernel / 2))
                        .optBias(false)
                        .build())
                .add(BatchNorm.builder().build());
    }
}
