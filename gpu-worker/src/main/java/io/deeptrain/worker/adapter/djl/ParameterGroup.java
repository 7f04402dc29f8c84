package io.deeptrain.worker.adapter.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.deeptrain.worker.learning.Optimizer;
import io.deeptrain.worker.learning.Optimizer.Lamb;
import io.deeptrain.worker.learning.Optimizer.Momentum;
import java.util.ArrayList;
import java.util.List;

/** Parameters that learn at one rate, with what the optimizer keeps for them. */
final class ParameterGroup implements AutoCloseable {
    private final Kind kind;
    private final List<PtNDArray> parameters = new ArrayList<>();
    private final List<List<PtNDArray>> memories = new ArrayList<>();
    private final List<PtNDArray> gradients = new ArrayList<>();

    /**
     * What the parameters of a group have in common.
     *
     * @param rate their learning rate as a multiple of the step's
     * @param layers whether they are weights of layers, not biases or of a normalisation
     */
    record Kind(double rate, boolean layers) {}

    ParameterGroup(Kind kind, Optimizer optimizer) {
        this.kind = kind;
        optimizer.memories().forEach(_ -> memories.add(new ArrayList<>()));
    }

    /** Adds a parameter, with one array for each of the optimizer's memories. */
    void add(PtNDArray parameter, List<PtNDArray> itsMemories) {
        parameters.add(parameter);
        for (int n = 0; n < memories.size(); n++) {
            memories.get(n).add(itsMemories.get(n));
        }
    }

    /** The same arrays from the first backward pass on. */
    List<PtNDArray> gradients() {
        if (gradients.isEmpty()) {
            parameters.forEach(parameter -> gradients.add(JniUtils.getGradient(parameter)));
        }
        return gradients;
    }

    /**
     * One step.
     *
     * @param learningRate of the head
     * @param taken steps that the optimizer has taken before
     */
    void step(PtSymbolBlock block, Optimizer optimizer, double learningRate, long taken) {
        double rate = kind.rate() * learningRate;
        switch (optimizer) {
            case Momentum(double momentum, double decay) ->
                call(block, OptimizerScript.DESCEND, IValue.from(rate), IValue.from(decay), IValue.from(momentum));
            case Lamb(double decay) ->
                call(
                        block,
                        OptimizerScript.ADAPT,
                        IValue.from(rate),
                        IValue.from(decay),
                        IValue.from(kind.layers()),
                        IValue.from(1 - Math.pow(Lamb.MEAN_STAYS, (double) taken + 1)),
                        IValue.from(1 - Math.pow(Lamb.VARIANCE_STAYS, (double) taken + 1)));
        }
    }

    private void call(PtSymbolBlock block, String method, IValue... numbers) {
        List<IValue> arguments = new ArrayList<>();
        arguments.add(list(parameters));
        arguments.add(list(gradients()));
        memories.forEach(memory -> arguments.add(list(memory)));
        arguments.addAll(List.of(numbers));
        run(block, method, arguments);
    }

    static IValue list(List<PtNDArray> arrays) {
        return IValue.listFrom(arrays.toArray(new PtNDArray[0]));
    }

    /** Calls a method that answers a number when it is done, and frees its arguments. */
    static void run(PtSymbolBlock block, String method, List<IValue> arguments) {
        try (IValue done = IValueUtils.runMethod(block, method, arguments.toArray(new IValue[0]))) {
            if (!done.isLong()) {
                throw new IllegalStateException("%s answered %s".formatted(method, done.getType()));
            }
        } finally {
            arguments.forEach(IValue::close);
        }
    }

    @Override
    public void close() {
        gradients.forEach(NDArray::close);
    }
}
