package io.deeptrain.worker.adapter.djl;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Predictor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A network in PyTorch. What an answer allocates is freed with it. */
final class DjlPredictor implements Predictor {
    private final List<String> names;
    private final Model model;
    private final Runnable closed;

    DjlPredictor(Network network, Model model) {
        this(network, model, () -> {});
    }

    /** One that calls this when it is closed, once. */
    DjlPredictor(Network network, Model model, Runnable closed) {
        this.names = List.copyOf(network.outputs().sequencedKeySet());
        this.model = model;
        this.closed = closed;
    }

    @Override
    public Answers answers(Pixels pixels) {
        try (NDManager call = model.getNDManager().newSubManager()) {
            NDList arrays =
                    IValueUtils.forward((PtSymbolBlock) model.getBlock(), new NDList(images(call, pixels)), false);
            arrays.attach(call);
            Map<String, float[]> outputs = new LinkedHashMap<>();
            for (int n = 0; n < names.size(); n++) {
                outputs.put(names.get(n), arrays.get(n).toFloatArray());
            }
            return new Answers(outputs);
        }
    }

    static NDArray images(NDManager step, Pixels pixels) {
        return step.create(
                pixels.bytes().duplicate(),
                new Shape(pixels.images(), 3, pixels.size(), pixels.size()),
                DataType.UINT8);
    }

    @Override
    public void close() {
        model.close();
        closed.run();
    }
}
