package io.deeptrain.worker.training;

import io.deeptrain.event.Fault;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Pretraining;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.training.TrainingRun.Ending;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the network of a run begins with: drawn, or with a backbone that has learned before. */
final class StartingWeights {
    private static final String UNREADABLE = "PRETRAINED_WEIGHTS_UNREADABLE";

    private final TrainingRun run;
    private final TrainingPlan plan;
    private final Network network;

    /** Until they are handed over: while the network learns they would only take memory. */
    private Optional<List<Tensor>> pretrained;

    private StartingWeights(TrainingRun run, TrainingPlan plan, Network network, Optional<List<Tensor>> pretrained) {
        this.run = run;
        this.plan = plan;
        this.network = network;
        this.pretrained = pretrained;
    }

    /** Looks for pretrained weights before the images are decoded: who lacks them need not wait for that. */
    static StartingWeights of(TrainingRun run, TrainingPlan plan, Network network) throws IOException, Ending {
        if (!plan.startsPretrained()) {
            return new StartingWeights(run, plan, network, Optional.empty());
        }
        Optional<List<Tensor>> found;
        try {
            found = run.world.pretrained().find(plan.pretrained(), network.architecture());
        } catch (CorruptObjectException unreadable) {
            throw run.ending(Fault.PLATFORM, UNREADABLE, TrainingRun.message(unreadable));
        }
        if (found.isEmpty()) {
            throw run.ending(
                    Fault.USER,
                    "PRETRAINED_WEIGHTS_MISSING",
                    "pretrained weights must be %s or such as this worker has for %s: %s"
                            .formatted(TrainingPlan.NO_WEIGHTS, network.architecture(), plan.pretrained()));
        }
        return new StartingWeights(run, plan, network, found);
    }

    /**
     * The network's tensors in its order, handed over once.
     *
     * @param unseen positions of concepts that no training image shows
     */
    List<Tensor> state(Set<Integer> unseen) throws Ending {
        List<Tensor> drawn = InitialWeights.of(network, plan.seed(), unseen);
        if (!plan.startsPretrained()) {
            return drawn;
        }
        List<Tensor> learned =
                pretrained.orElseThrow(() -> new IllegalStateException("handed over before: " + plan.pretrained()));
        pretrained = Optional.empty();
        return switch (Pretraining.of(network, drawn, learned)) {
            case Pretraining.Begun(List<Tensor> state) -> state;
            case Pretraining.Unfit(String reason) ->
                throw run.ending(
                        Fault.PLATFORM,
                        UNREADABLE,
                        "%s for %s: %s".formatted(plan.pretrained(), network.architecture(), reason));
        };
    }
}
