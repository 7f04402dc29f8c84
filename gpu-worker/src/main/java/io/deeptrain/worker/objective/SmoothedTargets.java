package io.deeptrain.worker.objective;

import io.deeptrain.worker.network.Activation;
import java.nio.FloatBuffer;
import java.util.Set;

/**
 * What a classifier's answers are compared with, less sure of it: a part is taken from what an image shows and given to
 * all concepts alike. Label smoothing, Szegedy et al. 2015 ("Rethinking"); for concepts of which each has its own
 * probability as Wightman et al. 2021 do it, with the same numbers.
 *
 * <p>Concepts that no training image shows get nothing: they stay at nothing without evidence.
 */
public final class SmoothedTargets implements Targets {
    private final Targets sharp;
    private final Activation activation;
    private final float smoothing;
    private final Set<Integer> unseen;

    /**
     * Less sure targets.
     *
     * @param sharp a number for each concept
     * @param smoothing the part that is taken
     * @param unseen positions of concepts that get nothing
     */
    public SmoothedTargets(Targets sharp, Activation activation, double smoothing, Set<Integer> unseen) {
        this.sharp = sharp;
        this.activation = activation;
        this.smoothing = (float) smoothing;
        this.unseen = Set.copyOf(unseen);
    }

    @Override
    public int perImage() {
        return sharp.perImage();
    }

    @Override
    public void write(Labels labels, FloatBuffer into, int at) {
        sharp.write(labels, into, at);
        if (activation == Activation.SOFTMAX && labels.shown().isEmpty()) {
            // Nothing is known, and nothing is learned from it.
            return;
        }
        for (int concept = 0; concept < perImage(); concept++) {
            if (!unseen.contains(concept)) {
                into.put(at + concept, into.get(at + concept) * (1 - smoothing) + smoothing / choices());
            }
        }
    }

    /** Among how many one has to choose. A single concept with a probability of its own is still a yes or a no. */
    private int choices() {
        int seen = perImage() - unseen.size();
        return switch (activation) {
            case SOFTMAX -> seen;
            case SIGMOID -> Math.max(2, seen);
        };
    }

    @Override
    public double weight(FloatBuffer targets) {
        return sharp.weight(targets);
    }
}
