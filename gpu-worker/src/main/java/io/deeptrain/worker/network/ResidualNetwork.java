package io.deeptrain.worker.network;

import io.deeptrain.worker.network.Layer.Add;
import io.deeptrain.worker.network.Layer.BatchNorm;
import io.deeptrain.worker.network.Layer.Convolution;
import io.deeptrain.worker.network.Layer.GlobalAverage;
import io.deeptrain.worker.network.Layer.Linear;
import io.deeptrain.worker.network.Layer.Relu;
import java.util.ArrayList;
import java.util.List;

/** The residual networks for small images of He et al. 2015, section 4.2: three stages of 16, 32 and 64 channels. */
public final class ResidualNetwork {
    private static final int IMAGE = 0;
    private static final int COLOURS = 3;
    private static final int STAGES = 3;
    private static final int FIRST_CHANNELS = 16;

    private final List<Layer> layers = new ArrayList<>();

    private ResidualNetwork() {}

    /** Depth 6n + 2 for n residual units a stage. A shortcut that changes shape is a convolution of one pixel. */
    public static Network cifar(int unitsPerStage, int concepts) {
        return new ResidualNetwork().build(unitsPerStage, concepts);
    }

    private Network build(int unitsPerStage, int concepts) {
        int value = relu(normalised(IMAGE, COLOURS, FIRST_CHANNELS, 3, 1));
        int channels = FIRST_CHANNELS;
        for (int stage = 0; stage < STAGES; stage++) {
            for (int unit = 0; unit < unitsPerStage; unit++) {
                int wider = FIRST_CHANNELS << stage;
                int stride = wider == channels ? 1 : 2;
                int inner = relu(normalised(value, channels, wider, 3, stride));
                int residual = normalised(inner, wider, wider, 3, 1);
                int shortcut = wider == channels ? value : normalised(value, channels, wider, 1, stride);
                value = relu(add(new Add(residual, shortcut)));
                channels = wider;
            }
        }
        add(new Linear(add(new GlobalAverage(value)), channels, concepts));
        return new Network("cifar-resnet-" + (6 * unitsPerStage + 2), layers);
    }

    private int normalised(int source, int in, int out, int kernel, int stride) {
        int convolved = add(new Convolution(source, in, out, kernel, stride, kernel / 2));
        return add(new BatchNorm(convolved, out));
    }

    private int relu(int source) {
        return add(new Relu(source));
    }

    private int add(Layer layer) {
        layers.add(layer);
        return layers.size();
    }
}
