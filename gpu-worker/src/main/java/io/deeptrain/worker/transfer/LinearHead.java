package io.deeptrain.worker.transfer;

import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * One linear layer that learns to tell concepts apart by embeddings: cross entropy of its activation, descended by Adam
 * (Kingma and Ba 2015). Here and not in the engine, because on features that are computed once there is nothing to
 * accelerate.
 */
final class LinearHead {
    private static final String WEIGHTS = "head";
    private static final String FIRST_MOMENT = "head.first_moment";
    private static final String SECOND_MOMENT = "head.second_moment";
    private static final double LEARNING_RATE = 0.02;
    private static final double FIRST_MOMENT_DECAY = 0.9;
    private static final double SECOND_MOMENT_DECAY = 0.999;
    private static final double EPSILON = 1e-8;

    /** Pulls weights towards 0, so that few images are not learned by heart. */
    private static final double WEIGHT_DECAY = 1e-4;

    private final int features;
    private final int concepts;
    private final Activation activation;

    /** A row of weights for each concept, its bias last. */
    private final float[] weights;

    private final double[] gradient;
    private final float[] firstMoment;
    private final float[] secondMoment;
    private long steps;

    /** A head that has learned nothing: everything is as likely. */
    LinearHead(int features, int concepts, Activation activation) {
        this.features = features;
        this.concepts = concepts;
        this.activation = activation;
        this.weights = new float[concepts * (features + 1)];
        this.gradient = new double[weights.length];
        this.firstMoment = new float[weights.length];
        this.secondMoment = new float[weights.length];
    }

    /** The values for one embedding, one for each concept. */
    float[] values(float[] embedding) {
        float[] values = logits(embedding);
        activation.apply(values, 0, concepts);
        return values;
    }

    /** What the activation makes values of. */
    float[] logits(float[] embedding) {
        float[] logits = new float[concepts];
        for (int concept = 0; concept < concepts; concept++) {
            int row = concept * (features + 1);
            float sum = weights[row + features];
            for (int i = 0; i < features; i++) {
                sum += weights[row + i] * embedding[i];
            }
            logits[concept] = sum;
        }
        return logits;
    }

    /**
     * One step; answers the loss before it, the mean over images and, with a sigmoid, concepts.
     *
     * @param embeddings one for each image
     * @param targets for each image how much it shows of each concept
     */
    double step(float[][] embeddings, float[][] targets) {
        Arrays.fill(gradient, 0);
        double loss = 0;
        double share = 1.0 / embeddings.length / (activation == Activation.SIGMOID ? concepts : 1);
        for (int image = 0; image < embeddings.length; image++) {
            float[] values = values(embeddings[image]);
            double weight = weight(targets[image]);
            for (int concept = 0; concept < concepts; concept++) {
                float target = targets[image][concept];
                loss += share * crossEntropy(values[concept], target);
                double slope = share * (weight * values[concept] - target);
                int row = concept * (features + 1);
                for (int i = 0; i < features; i++) {
                    gradient[row + i] += slope * embeddings[image][i];
                }
                gradient[row + features] += slope;
            }
        }
        descend();
        return loss;
    }

    /** Of what is to be shared among exclusive concepts; an image of none of them says nothing about them. */
    private double weight(float[] targets) {
        if (activation == Activation.SIGMOID) {
            return 1;
        }
        double sum = 0;
        for (float target : targets) {
            sum += target;
        }
        return sum;
    }

    private double crossEntropy(float value, float target) {
        double loss = target == 0 ? 0 : -target * Math.log(Math.max(value, Float.MIN_NORMAL));
        return activation == Activation.SOFTMAX || target == 1
                ? loss
                : loss - (1 - target) * Math.log(Math.max(1 - value, Float.MIN_NORMAL));
    }

    private void descend() {
        steps++;
        double rate = LEARNING_RATE
                * Math.sqrt(1 - Math.pow(SECOND_MOMENT_DECAY, (double) steps))
                / (1 - Math.pow(FIRST_MOMENT_DECAY, (double) steps));
        for (int i = 0; i < weights.length; i++) {
            double slope = gradient[i] + WEIGHT_DECAY * weights[i];
            firstMoment[i] = (float) (FIRST_MOMENT_DECAY * firstMoment[i] + (1 - FIRST_MOMENT_DECAY) * slope);
            secondMoment[i] =
                    (float) (SECOND_MOMENT_DECAY * secondMoment[i] + (1 - SECOND_MOMENT_DECAY) * slope * slope);
            weights[i] -= (float) (rate * firstMoment[i] / (Math.sqrt(secondMoment[i]) + EPSILON));
        }
    }

    /** All that a step changes: the weights and Adam's two moments of each. */
    List<Tensor> state() {
        return List.of(
                tensor(WEIGHTS, weights.clone()),
                tensor(FIRST_MOMENT, firstMoment.clone()),
                tensor(SECOND_MOMENT, secondMoment.clone()));
    }

    private Tensor tensor(String name, float[] values) {
        return new Tensor(name, List.of(concepts, features + 1), values);
    }

    /** Whether a head like this one may have left this state. */
    boolean fits(List<Tensor> state) {
        return state.stream().map(Tensor::name).toList().equals(List.of(WEIGHTS, FIRST_MOMENT, SECOND_MOMENT))
                && state.stream().allMatch(tensor -> tensor.shape().equals(List.of(concepts, features + 1)));
    }

    /** Goes on from a state that {@link #fits}, left after so many steps. */
    void restore(List<Tensor> state, long stepsTaken) {
        copy(state.get(0), weights);
        copy(state.get(1), firstMoment);
        copy(state.get(2), secondMoment);
        steps = stepsTaken;
    }

    private static void copy(Tensor from, float[] to) {
        System.arraycopy(from.values(), 0, to, 0, to.length);
    }

    /** A row for each concept, a number for each feature. */
    float[] weight() {
        float[] weight = new float[concepts * features];
        for (int concept = 0; concept < concepts; concept++) {
            System.arraycopy(weights, concept * (features + 1), weight, concept * features, features);
        }
        return weight;
    }

    float[] bias() {
        float[] bias = new float[concepts];
        for (int concept = 0; concept < concepts; concept++) {
            bias[concept] = weights[concept * (features + 1) + features];
        }
        return bias;
    }
}
