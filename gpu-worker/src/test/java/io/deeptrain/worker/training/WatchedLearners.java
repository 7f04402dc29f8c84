package io.deeptrain.worker.training;

import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.Predictor;
import java.util.List;
import java.util.function.Consumer;

/** The real engine, whose batches are noticed. */
final class WatchedLearners implements Learners {
    private final Learners engine = new DjlLearners(1);
    private final Consumer<Learner.Batch> taught;
    private final Runnable asked;

    /**
     * An engine that calls these before it works.
     *
     * @param taught before it learns from a batch
     * @param asked before it answers a batch
     */
    WatchedLearners(Runnable taught, Runnable asked) {
        this(_ -> taught.run(), asked);
    }

    /** The same, with the batch that it learns from. */
    WatchedLearners(Consumer<Learner.Batch> taught, Runnable asked) {
        this.taught = taught;
        this.asked = asked;
    }

    @Override
    public Learner learner(Network network, Recipe recipe, List<Tensor> state, GradientExchange exchange) {
        Learner learner = engine.learner(network, recipe, state, exchange);
        return new Learner() {
            @Override
            public float step(Batch batch, Step step) {
                taught.accept(batch);
                return learner.step(batch, step);
            }

            @Override
            public LearnerState state() {
                return learner.state();
            }

            @Override
            public void restore(LearnerState state) {
                learner.restore(state);
            }

            @Override
            public Answers answers(Pixels pixels) {
                asked.run();
                return learner.answers(pixels);
            }

            @Override
            public void close() {
                learner.close();
            }
        };
    }

    @Override
    public long memoryBytes() {
        return engine.memoryBytes();
    }

    @Override
    public int predictors() {
        return engine.predictors();
    }

    @Override
    public Predictor predictor(Network network, List<Tensor> state) {
        Predictor predictor = engine.predictor(network, state);
        return new Predictor() {
            @Override
            public Answers answers(Learner.Pixels pixels) {
                asked.run();
                return predictor.answers(pixels);
            }

            @Override
            public void close() {
                predictor.close();
            }
        };
    }
}
