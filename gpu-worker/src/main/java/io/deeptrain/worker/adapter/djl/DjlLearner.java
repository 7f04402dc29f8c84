package io.deeptrain.worker.adapter.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.training.GradientCollector;
import io.deeptrain.worker.adapter.djl.ParameterGroup.Kind;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.LossScale;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.Learner;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network in PyTorch, trained by its own loop: one script call computes the loss from bytes, one call a group steps
 * the optimizer for all parameters, and what a step allocates is freed with the step.
 *
 * <p>DJL's {@code Trainer} is not used: its optimizer costs one round trip a parameter, and it cannot see the running
 * statistics, which a resume needs.
 */
final class DjlLearner implements Learner {
    /** An argument of this name tells the engine which method to call, with gradients, unlike {@code runMethod}. */
    private static final String LOSS_METHOD = "module_method:loss";

    private final Network network;
    private final Recipe recipe;
    private final Precision precision;
    private final DjlPredictor predictor;
    private final PtSymbolBlock block;
    private final PtNDManager manager;
    private final Map<Kind, ParameterGroup> groups = new LinkedHashMap<>();
    private final List<PtNDArray> memories = new ArrayList<>();
    private final NDArray lossMethod;
    private final GradientExchange exchange;
    private LossScale lossScale = LossScale.START;

    DjlLearner(Network network, Recipe recipe, Precision precision, Model model, GradientExchange exchange) {
        this.precision = precision;
        this.exchange = exchange;
        this.network = network;
        this.recipe = recipe;
        this.predictor = new DjlPredictor(network, model);
        this.block = (PtSymbolBlock) model.getBlock();
        this.manager = (PtNDManager) model.getNDManager();
        List<TensorSpec> specs = network.parameters();
        for (TensorSpec memory : recipe.optimizer().tensors(network)) {
            memories.add((PtNDArray) manager.zeros(shape(memory.shape())));
        }
        // The engine lists them in the order of the class's text, which is the network's.
        List<Parameter> parameters = block.getParameters().values();
        for (int n = 0; n < parameters.size(); n++) {
            take(specs.get(n), n, (PtNDArray) parameters.get(n).getArray());
        }
        lossMethod = manager.create(0f);
        lossMethod.setName(LOSS_METHOD);
    }

    private void take(TensorSpec spec, int number, PtNDArray array) {
        boolean learns = !recipe.freezes(spec.part());
        array.setRequiresGradient(learns);
        if (learns) {
            List<PtNDArray> own = new ArrayList<>();
            int count = network.parameters().size();
            for (int n = number; n < memories.size(); n += count) {
                own.add(memories.get(n));
            }
            Kind kind = new Kind(recipe.rateOf(spec.part()), spec.shape().size() > 1);
            groups.computeIfAbsent(kind, _ -> new ParameterGroup(kind, recipe.optimizer()))
                    .add(array, own);
        }
    }

    @Override
    public float step(Batch batch, Step how) {
        if (network.hasChance()) {
            // The generator is one for the process; nothing else in a worker draws from it.
            Engine.getEngine(DjlLearners.ENGINE).setRandomSeed(Long.hashCode(how.chance()));
        }
        float loss;
        try (PtNDManager step = (PtNDManager) manager.newSubManager()) {
            NDArray images = DjlPredictor.images(step, batch.pixels());
            int ofOneImage = batch.targets().remaining() / batch.pixels().images();
            NDArray targets = step.create(
                    batch.targets().duplicate(), new Shape(batch.pixels().images(), ofOneImage));
            try (GradientCollector collector =
                    Engine.getEngine(DjlLearners.ENGINE).newGradientCollector()) {
                NDArray value = IValueUtils.forward(block, new NDList(images, targets, lossMethod), true)
                        .singletonOrThrow();
                value.attach(step);
                collector.backward(precision.scalesLoss() ? value.mul(lossScale.factor()) : value);
                loss = value.getFloat();
            }
            if (exchange.ranks() > 1) {
                loss = exchanged(step, loss, how.share());
            }
        }
        if (!precision.scalesLoss()) {
            descend(how);
            return loss;
        }
        // After the exchange: what was too large for one rank's numbers is so in the sum, which is the same on all.
        boolean usable = OptimizerScript.unscale(block, gradients(), lossScale.factor());
        if (usable) {
            descend(how);
        }
        lossScale = usable ? lossScale.afterGoodStep() : lossScale.afterSkippedStep();
        return lossScale.isExhausted() ? Float.NaN : loss;
    }

    private void descend(Step how) {
        clip();
        long taken = how.number() - lossScale.skippedSteps();
        groups.values().forEach(group -> group.step(block, recipe.optimizer(), how.learningRate(), taken));
    }

    /**
     * Replaces gradients, running statistics and the loss by all ranks' weighted means. The statistics are of each
     * rank's own images; their mean is what all ranks go on with, so that nothing differs between them after a step.
     */
    private float exchanged(PtNDManager step, float loss, Share share) {
        NDArray packed = ExchangeScript.pack(block, step, gradients(), loss, share);
        if (exchange.isOnDevice()) {
            exchange.sum(TensorMemory.of((PtNDArray) packed));
            ExchangeScript.unpack(block, (PtNDArray) packed, gradients());
            return packed.getFloat(packed.size() - 1);
        }
        // On a processor it is the same array, and the buffer is its memory.
        NDArray reachable = packed.toDevice(Device.cpu(), false);
        ByteBuffer values = reachable.toByteBuffer(true).order(ByteOrder.nativeOrder());
        exchange.sum(MemorySegment.ofBuffer(values));
        ExchangeScript.unpack(block, (PtNDArray) reachable.toDevice(packed.getDevice(), false), gradients());
        return values.getFloat(values.capacity() - Float.BYTES);
    }

    private List<PtNDArray> gradients() {
        return groups.values().stream()
                .flatMap(group -> group.gradients().stream())
                .toList();
    }

    private void clip() {
        ParameterGroup.run(
                block,
                OptimizerScript.CLIP,
                List.of(ParameterGroup.list(gradients()), IValue.from(recipe.gradientNormMax())));
    }

    @Override
    public Answers answers(Pixels pixels) {
        return predictor.answers(pixels);
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
        List<TensorSpec> kept = recipe.optimizer().tensors(network);
        for (int n = 0; n < kept.size(); n++) {
            optimizer.add(new Tensor(
                    kept.get(n).name(), kept.get(n).shape(), memories.get(n).toFloatArray()));
        }
        return new LearnerState(copies, optimizer, lossScale);
    }

    @Override
    public void restore(LearnerState state) {
        try (PtNDManager call = (PtNDManager) manager.newSubManager()) {
            List<PtNDArray> arrays =
                    state.network().stream().map(tensor -> array(call, tensor)).toList();
            ParameterGroup.run(block, "restore", List.of(ParameterGroup.list(arrays)));
        }
        for (int n = 0; n < memories.size(); n++) {
            memories.get(n).set(FloatBuffer.wrap(state.optimizer().get(n).values()));
        }
        lossScale = state.lossScale();
    }

    private static PtNDArray array(NDManager call, Tensor tensor) {
        return (PtNDArray) call.create(FloatBuffer.wrap(tensor.values()), shape(tensor.shape()));
    }

    private static Shape shape(List<Integer> extents) {
        return new Shape(extents.stream().mapToLong(Integer::longValue).toArray());
    }

    @Override
    public void close() {
        groups.values().forEach(ParameterGroup::close);
        predictor.close();
    }
}
