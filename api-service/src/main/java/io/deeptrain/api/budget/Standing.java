package io.deeptrain.api.budget;

import io.deeptrain.event.JobId;
import java.util.List;

/**
 * How a budget stands in a month.
 *
 * @param spentCents the sum of the month's invoice lines that it covers
 * @param holds of the trainings that it covers and that are not yet charged for good
 */
public record Standing(Budget budget, long spentCents, List<Held> holds) {
    public Standing {
        holds = List.copyOf(holds);
    }

    /**
     * A training that something is held for.
     *
     * @param costCents what it has cost so far
     * @param stoppable whether it is under way, and nobody has asked it to stop yet
     */
    public record Held(JobId jobId, Hold hold, long costCents, boolean stoppable) {}

    /** What the trainings that wait or run may still cost. */
    public long committedCents() {
        return holds.stream()
                .mapToLong(held -> held.hold().remainingCents(held.costCents()))
                .sum();
    }

    /** What is neither spent nor committed. Negative if the budget is overdrawn. */
    public long remainingCents() {
        return budget.amountCents() - spentCents - committedCents();
    }

    /** Whether a training with this hold may be accepted. */
    public boolean admits(Hold hold) {
        return !budget.hard() || hold.placedCents() <= remainingCents();
    }

    /** The thresholds that were reached. */
    public List<Integer> reached() {
        return budget.reachedBy(spentCents);
    }

    /**
     * The trainings that are to end now, with what they have learned. None by a budget that only warns; all that are
     * under way when it is used up; before that those that cost more than was held for them, if nothing is left for
     * them.
     */
    public List<JobId> overdrawn() {
        if (!budget.hard()) {
            return List.of();
        }
        boolean isUsedUp = spentCents >= budget.amountCents();
        boolean isOverdrawn = remainingCents() < 0;
        return holds.stream()
                .filter(Held::stoppable)
                .filter(held -> isUsedUp || (isOverdrawn && held.hold().reachedBy(held.costCents())))
                .map(Held::jobId)
                .toList();
    }
}
