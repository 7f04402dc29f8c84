package io.deeptrain.worker.training;

import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.artifact.BestSoFar;
import io.deeptrain.worker.artifact.Publication;
import io.deeptrain.worker.artifact.SavedTraining;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.artifact.TrainingRecord;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.augmentation.Augmentation;
import io.deeptrain.worker.data.AnsweredImages;
import io.deeptrain.worker.data.ImageSet;
import io.deeptrain.worker.evaluation.EvaluationReport;
import io.deeptrain.worker.evaluation.Judge;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.Embeddings;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.Predictor;
import io.deeptrain.worker.training.Checkpoints.Learned;
import io.deeptrain.worker.training.TrainingRun.Ending;
import io.deeptrain.worker.transfer.HeadTraining;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run does for transfer learning: it embeds each image with the base model, teaches a linear head by the
 * embeddings, and publishes both as one network.
 *
 * <p>A checkpoint holds the embeddings so far and what the head has learned. One is saved once all images are embedded,
 * each minute, and when the run is told to end. If the embeddings take more than {@link #CHECKPOINT_BYTES_MAX}, none is
 * saved, and should the attempt be lost the next one begins at the last that was, or from scratch.
 */
final class TransferRun {
    private static final String MUTUALLY_EXCLUSIVE = "concepts_mutually_exclusive";
    private static final String ENRICH = "enrich_dataset";
    private static final String ENRICHED = "Automatic";

    /**
     * A checkpoint is made in the heap, and most of the images are embedded again in less time than more would take.
     */
    private static final long CHECKPOINT_BYTES_MAX = 128L << 20;

    private final TrainingRun run;
    private final Learners learners;
    private final Checkpoints checkpoints;
    private final Looks looks;
    private double loss = Double.NaN;
    private long reached;

    /** Embeds on these learners' device. */
    TransferRun(TrainingRun run, Learners learners) {
        this.run = run;
        this.learners = learners;
        this.checkpoints = new Checkpoints(run);
        this.looks = new Looks(run.world.clock());
    }

    private record Prepared(
            TrainedModel base,
            Network network,
            List<Tensor> carried,
            Objective.Classification objective,
            TrainingData data,
            Predictor predictor,
            AnsweredImages answered) {
        ImageSet training() {
            return data.training();
        }

        ImageSet test() {
            return data.test();
        }
    }

    TrainerReport.Ended toTheEnd(Origin asked) throws IOException, InterruptedException, Ending {
        TrainedModel base = base();
        int concepts = run.spec.concepts().size();
        Network network = Architectures.named(
                        base.architecture(), base.concepts().size())
                .map(known -> Embeddings.transferred(known, concepts))
                .orElseThrow();
        List<Tensor> carried = Embeddings.carried(network, base.state());
        Objective.Classification objective = new Objective.Classification(
                Boolean.TRUE.equals(run.spec.hyperparameters().get(MUTUALLY_EXCLUSIVE))
                        ? Activation.SOFTMAX
                        : Activation.SIGMOID);
        try (TrainingData data = TrainingData.of(
                        run, base.imageSize(), Augmentation.NONE, run.enoughToFinish(HeadTraining.BATCH));
                Predictor predictor = learners.predictor(network, carried);
                HeadTraining head = new HeadTraining(
                        data.training(),
                        base.imageSize(),
                        network,
                        predictor::answers,
                        objective.activation(),
                        ENRICHED.equals(run.spec.hyperparameters().get(ENRICH)),
                        run.spec.seed(),
                        run.world.scratch());
                AnsweredImages answered =
                        new AnsweredImages(run.world.scratch(), data.measured(), run.spec.concepts())) {
            Origin origin = resume(asked, network, head);
            run.reports.accept(new TrainerReport.Prepared(run.attempt, origin, data.readable(), data.unreadable()));
            run.obeyOrStop(run.directions.awaitBegin());
            return teachAndPublish(new Prepared(base, network, carried, objective, data, predictor, answered), head);
        }
    }

    /** Answers where the attempt really begins: a checkpoint that cannot be read is as good as none. */
    private Origin resume(Origin asked, Network network, HeadTraining head) throws IOException {
        if (asked instanceof Origin.Resumed(Checkpoint checkpoint)) {
            try {
                SavedTraining saved = run.world.archive().checkpoint(checkpoint.object());
                if (saved.isOf(run.attempt.jobId(), run.spec, network.architecture())
                        && saved.step() == checkpoint.step()
                        && head.resume(saved.step(), saved.state())) {
                    reached = saved.step();
                    return asked;
                }
            } catch (CorruptObjectException unreadable) {
                return new Origin.Scratch();
            }
        }
        return new Origin.Scratch();
    }

    private TrainedModel base() throws IOException, Ending {
        StoredObject stored = run.spec
                .baseModel()
                .orElseThrow(() -> run.ending(
                        Fault.PLATFORM, "NO_BASE_MODEL", "the training names no base model to make embeddings"));
        try {
            return run.world.archive().model(stored);
        } catch (CorruptObjectException unreadable) {
            throw run.ending(Fault.PLATFORM, "BASE_MODEL_UNREADABLE", String.valueOf(unreadable.getMessage()));
        }
    }

    private TrainerReport.Ended teachAndPublish(Prepared prepared, HeadTraining head) throws IOException, Ending {
        Completion completion;
        run.world.observations().began();
        try {
            completion = teach(head);
        } finally {
            run.world.observations().ended();
        }
        advance(Phase.EVALUATING, head, head.steps(), Map.of());
        EvaluationReport report = evaluate(prepared, head);
        Map<String, Double> metrics = new TreeMap<>(report.metrics());
        if (Double.isFinite(loss)) {
            metrics.put("train_loss", loss);
        }
        advance(Phase.EXPORTING, head, head.steps(), metrics);
        run.obeyOrStop(run.directions.now());
        StoredObject model = run.world
                .archive()
                .publish(
                        run.attempt,
                        new Publication(
                                new TrainedModel(
                                        prepared.network().architecture(),
                                        run.spec.concepts(),
                                        prepared.base().imageSize(),
                                        prepared.objective(),
                                        head.networkState(prepared.carried())),
                                report,
                                new TrainingRecord(
                                        run.spec,
                                        prepared.training().size(),
                                        prepared.test().size(),
                                        prepared.data().unreadable(),
                                        prepared.training().imagesOfConcepts(),
                                        prepared.training().imagesOfNone(),
                                        reached,
                                        head.steps(),
                                        reached,
                                        completion,
                                        metrics,
                                        prepared.data().unread()),
                                List.of(),
                                prepared.data().leftOut(),
                                prepared.answered()));
        return new TrainerReport.Finished(run.attempt, model, metrics, completion);
    }

    /** If it is to finish early, before the head has seen every image, it learns quickly from those it has. */
    private Completion teach(HeadTraining head) throws IOException, Ending {
        checkpoints.beginAt(reached);
        while (reached < head.steps()) {
            Direction direction = run.directions.now();
            if (direction instanceof Direction.SaveAndStop) {
                saveIfNew(head);
            }
            run.obeyOrStop(direction);
            if (direction instanceof Direction.FinishEarly(Completion completion) && reached > 0) {
                // Should this attempt be lost before its model is published, the next one publishes the same.
                saveIfNew(head);
                if (!head.hasLearned(reached)) {
                    loss = head.hurry();
                }
                return completion;
            }
            loss = head.step(reached);
            reached++;
            advance(Phase.TRAINING, head, reached, Map.of());
            if (head.isEmbeddedAfter(reached) || checkpoints.isDue()) {
                saveIfNew(head);
            }
        }
        return Completion.ALL_EPOCHS;
    }

    private void saveIfNew(HeadTraining head) throws IOException {
        if (head.embeddingBytes() <= CHECKPOINT_BYTES_MAX) {
            checkpoints.saveIfNew(
                    reached,
                    head.epochsAfter(reached),
                    new Learned(head.architecture(), head::state, BestSoFar.NONE, List.of()));
        }
    }

    private EvaluationReport evaluate(Prepared prepared, HeadTraining head) throws IOException, Ending {
        Split split = prepared.test().size() > 0 ? Split.TEST : Split.TRAIN;
        ImageSet images = prepared.data().measured();
        prepared.answered().begin();
        Judge judge = Judge.of(prepared.objective(), run.spec.concepts());
        looks.begin(() -> advance(Phase.EVALUATING, head, head.steps(), Map.of()));
        for (int from = 0; from < images.size(); from += HeadTraining.BATCH) {
            run.obeyOrStop(run.directions.now());
            int first = from;
            int[] indexes = new int[Math.min(images.size() - from, HeadTraining.BATCH)];
            Arrays.setAll(indexes, i -> first + i);
            Answers answers = head.answers(prepared.predictor().answers(images.pixels(indexes)));
            for (int i = 0; i < indexes.length; i++) {
                judge.add(images.inputId(indexes[i]), images.labels(indexes[i]), answers, i);
                prepared.answered()
                        .add(Judge.values(
                                prepared.objective(), run.spec.concepts().size(), answers, i));
            }
            looks.taken(indexes.length);
        }
        return judge.report(split, () -> looks.taken(1));
    }

    private void advance(Phase phase, HeadTraining head, long step, Map<String, Double> metrics) {
        run.reports.accept(new TrainerReport.Advanced(
                run.attempt,
                new Progress(
                        phase,
                        head.epochsAfter(step),
                        head.epochs(),
                        step,
                        head.steps(),
                        loss,
                        metrics,
                        0,
                        looks.count())));
    }
}
