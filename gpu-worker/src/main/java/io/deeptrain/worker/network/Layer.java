package io.deeptrain.worker.network;

import io.deeptrain.worker.network.TensorSpec.Start;
import io.deeptrain.worker.network.Window.Rounding;
import java.util.List;

/**
 * One operation of a network. The layer at position {@code n} computes value {@code n + 1} from values computed before
 * it; value 0 is the normalised image. Values are feature maps in the order batch, channel, row, column, or features in
 * the order batch, feature; see {@link ValueShape}.
 */
public sealed interface Layer {

    /** The values that it is computed from. */
    List<Integer> sources();

    /**
     * A cross-correlation of each group of channels with its own kernels.
     *
     * @param groups 1 for an ordinary convolution, as many as channels for a depthwise one
     */
    record Convolution(int source, int inChannels, int outChannels, Window window, int groups, Start start, Bias bias)
            implements Layer {
        public Convolution {
            if (groups < 1 || inChannels % groups != 0 || outChannels % groups != 0) {
                throw new IllegalArgumentException(
                        "%d groups do not divide %d and %d channels".formatted(groups, inChannels, outChannels));
            }
        }

        /** Of one group and without bias, drawn as He et al. 2015 advise: a {@link BatchNorm} follows. */
        public Convolution(int source, int inChannels, int outChannels, Window window) {
            this(source, inChannels, outChannels, window, 1, new Bias.None());
        }

        /** Drawn as He et al. 2015 advise: normally, with variance 2 over the number of inputs. */
        public Convolution(int source, int inChannels, int outChannels, Window window, int groups, Bias bias) {
            this(
                    source,
                    inChannels,
                    outChannels,
                    window,
                    groups,
                    new Start.Normal(
                            Start.HE_GAIN, Math.max(1, inChannels / groups) * window.rows() * window.columns()),
                    bias);
        }

        @Override
        public List<Integer> sources() {
            return List.of(source);
        }
    }

    /** What is added to each output channel or feature. */
    sealed interface Bias {
        record None() implements Bias {}

        /** Learned, with this value before the first step. */
        record Learned(float start) implements Bias {}
    }

    /**
     * Batch normalisation with a learned scale and shift, Ioffe and Szegedy 2015.
     *
     * @param epsilon added to a variance before its root is taken
     * @param scale the learned scale before the first step
     */
    record BatchNorm(int source, int channels, double epsilon, float scale) implements Layer {
        /** As most architectures have it. */
        public static final double EPSILON = 1e-5;

        public BatchNorm(int source, int channels) {
            this(source, channels, EPSILON, 1);
        }

        @Override
        public List<Integer> sources() {
            return List.of(source);
        }
    }

    record Relu(int source) implements Layer {
        @Override
        public List<Integer> sources() {
            return List.of(source);
        }
    }

    record Sigmoid(int source) implements Layer {
        @Override
        public List<Integer> sources() {
            return List.of(source);
        }
    }

    /** The left value and {@code scale} times the right one. */
    record Add(int left, int right, double scale) implements Layer {
        public Add(int left, int right) {
            this(left, right, 1);
        }

        @Override
        public List<Integer> sources() {
            return List.of(left, right);
        }
    }

    /** Element by element; the factor may be features, of which each then holds for all pixels of its map. */
    record Multiply(int source, int factor) implements Layer {
        @Override
        public List<Integer> sources() {
            return List.of(source, factor);
        }
    }

    /** Feature maps of one size, their channels one after the other. */
    record Concatenation(List<Integer> sources) implements Layer {
        public Concatenation {
            sources = List.copyOf(sources);
        }
    }

    /** Padding never is the largest. */
    record MaxPool(int source, Window window, Rounding rounding) implements Layer {
        public MaxPool {
            requireTouching(window);
        }

        @Override
        public List<Integer> sources() {
            return List.of(source);
        }
    }

    /**
     * The mean of what the window shows.
     *
     * @param paddingCounts whether padding is zeros that count, or nothing
     */
    record AveragePool(int source, Window window, Rounding rounding, boolean paddingCounts) implements Layer {
        public AveragePool {
            requireTouching(window);
        }

        @Override
        public List<Integer> sources() {
            return List.of(source);
        }
    }

    /** The mean over rows and columns: features. */
    record GlobalAverage(int source) implements Layer {
        @Override
        public List<Integer> sources() {
            return List.of(source);
        }
    }

    /** Enlarged to the size of another value, each pixel with the value of its nearest neighbour. */
    record Upsample(int source, int like) implements Layer {
        @Override
        public List<Integer> sources() {
            return List.of(source, like);
        }
    }

    /** Divided by the root of the sum of squares over the channels of each pixel, or over the features. */
    record L2Normalize(int source) implements Layer {
        /** A smaller norm is taken for this one. */
        public static final double NORM_MIN = 1e-12;

        @Override
        public List<Integer> sources() {
            return List.of(source);
        }
    }

    /** Each channel or feature times a learned factor, as SSD rescales what it has normalised (Liu et al. 2016). */
    record Scale(int source, int channels, float start) implements Layer {
        @Override
        public List<Integer> sources() {
            return List.of(source);
        }
    }

    /**
     * In training each number becomes 0 with this probability and the rest grow to keep their sum's expectation. Which
     * ones is a function of the training's seed and the step, so that a resumed training repeats it.
     */
    record Dropout(int source, double probability) implements Layer {
        public Dropout {
            if (!(probability >= 0 && probability < 1)) {
                throw new IllegalArgumentException("probability of dropout must be in [0, 1): " + probability);
            }
        }

        @Override
        public List<Integer> sources() {
            return List.of(source);
        }
    }

    /**
     * In training all numbers of an image become 0 with this probability, each image by itself, and the rest grow to
     * keep their sum's expectation: stochastic depth, Huang et al. 2016. Which images is a function of the training's
     * seed and the step, as with {@link Dropout}. Where the part is frozen, none: it has nothing to learn from it.
     */
    record DropPath(int source, double probability) implements Layer {
        public DropPath {
            if (!(probability >= 0 && probability < 1)) {
                throw new IllegalArgumentException("probability of drop path must be in [0, 1): " + probability);
            }
        }

        @Override
        public List<Integer> sources() {
            return List.of(source);
        }
    }

    record Linear(int source, int inFeatures, int outFeatures, Bias bias) implements Layer {
        public Linear(int source, int inFeatures, int outFeatures) {
            this(source, inFeatures, outFeatures, new Bias.Learned(0));
        }

        @Override
        public List<Integer> sources() {
            return List.of(source);
        }
    }

    private static void requireTouching(Window window) {
        if (window.dilation() != 1) {
            throw new IllegalArgumentException("a pool has no dilation but 1: " + window.dilation());
        }
    }
}
