package io.deeptrain.worker.adapter.djl;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.port.Learner;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network in PyTorch, trained by its own loop: one script call computes the loss from bytes, one call steps the
 * optimizer for all parameters, and what a step allocates is freed with the step.
 *
 * <p>DJL's {@code Trainer} is not used: its optimizer costs one round trip a parameter, and it cannot see the running
 * statistics, which a resume needs.
 */
final class DjlLearner implements Learner {
    private static final double WEIGHT_DECAY = 5e-4;
    private static final double MOMENTUM = 0.9;

    /** An argument of this name tells the engine which method to call, with gradients, unlike {@code runMethod}. */
    private static final String LOSS_METHOD = "module_method:loss";

    private final Network network;
    private final Model model;
    private final PtSymbolBlock block;
    private final PtNDManager manager;
    private final List<PtNDArray> parameters = new ArrayList<>();
    private final List<PtNDArray> momentum = new ArrayList<>();
    private final List<PtNDArray> gradients = new ArrayList<>();
    private final NDArray lossMethod;

    DjlLearner(Network network, Model model) {
        this.network = network;
        this.model = model;
        this.block = (PtSymbolBlock) model.getBlock();
        this.manager = (PtNDManager) model.getNDManager();
        // The engine lists them in the order of the class's text, which is the network's.
        for (Parameter parameter : block.getParameters().values()) {
            PtNDArray array = (PtNDArray) parameter.getArray();
            array.setRequiresGradient(true);
            parameters.add(array);
            momentum.add((PtNDArray) manager.zeros(array.getShape()));
        }
        lossMethod = manager.create(0f);
        lossMethod.setName(LOSS_METHOD);
    }

    @Override
    public float step(Batch batch, long chance, double learningRate) {
        if (network.hasChance()) {
            // The generator is one for the process; nothing else in a worker draws from it.
            Engine.getEngine(DjlLearners.ENGINE).setRandomSeed(Long.hashCode(chance));
        }
        float loss;
        try (PtNDManager step = (PtNDManager) manager.newSubManager()) {
            NDArray images = images(step, batch.pixels());
            int ofOneImage = batch.targets().remaining() / batch.pixels().images();
            NDArray targets = step.create(
                    batch.targets().duplicate(), new Shape(batch.pixels().images(), ofOneImage));
            try (GradientCollector collector =
                    Engine.getEngine(DjlLearners.ENGINE).newGradientCollector()) {
                NDArray value = IValueUtils.forward(block, new NDList(images, targets, lossMethod), true)
                        .singletonOrThrow();
                value.attach(step);
                collector.backward(value);
                loss = value.getFloat();
            }
        }
        if (gradients.isEmpty()) {
            parameters.forEach(parameter -> gradients.add(JniUtils.getGradient(parameter)));
        }
        descend(learningRate);
        return loss;
    }

    private void descend(double learningRate) {
        try (IValue values = IValue.listFrom(parameters.toArray(new PtNDArray[0]));
                IValue slopes = IValue.listFrom(gradients.toArray(new PtNDArray[0]));
                IValue inertia = IValue.listFrom(momentum.toArray(new PtNDArray[0]));
                IValue rate = IValue.from(learningRate);
                IValue decay = IValue.from(WEIGHT_DECAY);
                IValue factor = IValue.from(MOMENTUM);
                IValue done = IValueUtils.runMethod(block, "descend", values, slopes, inertia, rate, decay, factor)) {
            if (!done.isLong()) {
                throw new IllegalStateException("descend answered " + done.getType());
            }
        }
    }

    @Override
    public Answers answers(Pixels pixels) {
        try (NDManager call = manager.newSubManager()) {
            NDList arrays = IValueUtils.forward(block, new NDList(images(call, pixels)), false);
            arrays.attach(call);
            Map<String, float[]> outputs = new LinkedHashMap<>();
            Iterator<NDArray> next = arrays.iterator();
            network.outputs()
                    .keySet()
                    .forEach(name -> outputs.put(name, next.next().toFloatArray()));
            return new Answers(outputs);
        }
    }

    private static NDArray images(NDManager step, Pixels pixels) {
        return step.create(
                pixels.bytes().duplicate(),
                new Shape(pixels.images(), 3, pixels.size(), pixels.size()),
                DataType.UINT8);
    }

    @Override
    public LearnerState state() {
        List<TensorSpec> specs = network.tensors();
        List<Tensor> copies = new ArrayList<>();
        try (PtNDManager call = (PtNDManager) manager.newSubManager();
                IValue answer = IValueUtils.runMethod(block, "state")) {
            PtNDArray[] arrays = answer.toTensorArray(call);
            for (int n = 0; n < arrays.length; n++) {
                copies.add(new Tensor(specs.get(n).name(), specs.get(n).shape(), arrays[n].toFloatArray()));
            }
        }
        List<Tensor> optimizer = new ArrayList<>();
        List<TensorSpec> learned = network.parameters();
        for (int n = 0; n < learned.size(); n++) {
            optimizer.add(new Tensor(
                    learned.get(n).name(),
                    learned.get(n).shape(),
                    momentum.get(n).toFloatArray()));
        }
        return new LearnerState(copies, optimizer);
    }

    @Override
    public void restore(LearnerState state) {
        try (PtNDManager call = (PtNDManager) manager.newSubManager();
                IValue values = IValue.listFrom(state.network().stream()
                        .map(tensor -> array(call, tensor))
                        .toArray(PtNDArray[]::new));
                IValue done = IValueUtils.runMethod(block, "restore", values)) {
            if (!done.isLong()) {
                throw new IllegalStateException("restore answered " + done.getType());
            }
        }
        for (int n = 0; n < momentum.size(); n++) {
            momentum.get(n).set(FloatBuffer.wrap(state.momentum().get(n).values()));
        }
    }

    private static PtNDArray array(NDManager call, Tensor tensor) {
        return (PtNDArray) call.create(
                FloatBuffer.wrap(tensor.values()),
                new Shape(tensor.shape().stream().mapToLong(Integer::longValue).toArray()));
    }

    @Override
    public void close() {
        gradients.forEach(NDArray::close);
        model.close();
    }
}
