package io.deeptrain.worker.artifact;

import io.deeptrain.worker.network.Tensor;
import java.util.List;
import java.util.function.Supplier;

/**
 * The best state that evaluations of a training have seen, for trainings that are stopped, or end when no better one
 * comes: early stopping, Prechelt 1998.
 *
 * @param score of the best, higher is better
 * @param step after which it was seen
 * @param lookedAt step after which the newest evaluation was
 * @param worseSince evaluations since, none of which was better
 * @param network the state itself
 */
public record BestSoFar(double score, long step, long lookedAt, int worseSince, List<Tensor> network) {
    /** Before the first evaluation. */
    public static final BestSoFar NONE = new BestSoFar(Double.NEGATIVE_INFINITY, 0, 0, 0, List.of());

    public BestSoFar {
        network = List.copyOf(network);
    }

    /** After one more evaluation; of equal ones the first is kept. The state is asked for only if it is better. */
    public BestSoFar after(double newScore, long newStep, Supplier<List<Tensor>> state) {
        return newScore > score
                ? new BestSoFar(newScore, newStep, newStep, 0, state.get())
                : new BestSoFar(score, step, newStep, worseSince + 1, network);
    }

    public boolean isBetterThan(double other) {
        return score > other;
    }

    /** Whether so many evaluations in a row were no better; with a patience of 0 nothing is ever over. */
    public boolean isOver(int patience) {
        return patience > 0 && worseSince >= patience;
    }
}
