package io.deeptrain.worker.gang;

import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.objective.Targets;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.OtherRanks;
import io.deeptrain.worker.port.OtherRanks.Part;
import io.deeptrain.worker.port.RankLostException;
import java.util.List;

/**
 * A network that learns on several devices at once, as rank 0 of the gang sees it. Each step's images are shared; what
 * the ranks learn is exchanged before each changes its parameters, so that all of them stay the same. Rank 0 alone
 * answers, and its state is the gang's: whenever somebody asks for it, the others must have the same.
 */
public final class GangLearner implements Learner {
    private final Learner own;
    private final OtherRanks others;
    private final Targets targets;

    /**
     * A gang that is complete.
     *
     * @param own rank 0's learner, which exchanges what it learns with the others
     */
    public GangLearner(Learner own, OtherRanks others, Targets targets) {
        this.own = own;
        this.others = others;
        this.targets = targets;
    }

    @Override
    public float step(Batch batch, Step step) {
        List<Part> parts = Shares.of(batch, step, others.count() + 1, targets);
        try {
            others.step(parts.subList(1, parts.size()));
            Part first = parts.getFirst();
            return own.step(first.batch(), first.step());
        } catch (RankLostException lost) {
            throw others.explained(lost);
        }
    }

    @Override
    public Answers answers(Pixels pixels) {
        return own.answers(pixels);
    }

    @Override
    public LearnerState state() {
        LearnerState state = own.state();
        try {
            others.requireSame(state);
        } catch (RankLostException lost) {
            throw others.explained(lost);
        }
        return state;
    }

    @Override
    public void restore(LearnerState state) {
        try {
            others.restore(state);
        } catch (RankLostException lost) {
            throw others.explained(lost);
        }
        own.restore(state);
    }

    @Override
    public void close() {
        try (others) {
            own.close();
        }
    }
}
