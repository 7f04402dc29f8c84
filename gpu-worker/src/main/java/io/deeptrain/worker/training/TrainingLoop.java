package io.deeptrain.worker.training;

import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Completion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.worker.artifact.BestSoFar;
import io.deeptrain.worker.artifact.ImageAnswers;
import io.deeptrain.worker.artifact.SavedTraining;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.data.AnsweredImages;
import io.deeptrain.worker.data.ImageSet;
import io.deeptrain.worker.evaluation.EpochSample;
import io.deeptrain.worker.evaluation.EvaluationReport;
import io.deeptrain.worker.evaluation.Judge;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.objective.Targets;
import io.deeptrain.worker.port.Ahead;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Step;
import io.deeptrain.worker.training.Checkpoints.Learned;
import io.deeptrain.worker.training.TrainingRun.Ending;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The steps of a run: where they begin, what is looked at between them, and what they leave. */
final class TrainingLoop {
    /** Weight of the newest step in the reported speed. */
    private static final double SPEED_SMOOTHING = 0.1;

    /** So many batches, and so many bytes of them unless it is one, are made while the network learns from another. */
    private static final int BATCHES_AHEAD = 3;

    private static final long BATCH_BYTES_AHEAD = 256L << 20;

    private final TrainingRun run;
    private final TrainingPlan plan;
    private final Network network;
    private final TrainingData data;
    private final Learner learner;
    private final AnsweredImages answered;
    private final Schedule schedule;
    private final Targets targets;
    private final Checkpoints checkpoints;
    private final Looks looks;
    private long reached;
    private long keptStep;
    private BestSoFar best = BestSoFar.NONE;
    private List<EpochSample> samples = List.of();
    private double secondsPerImage;
    private double loss = Double.NaN;

    /** @param answered what is said of the images in the end */
    @SuppressWarnings("MissingSummary") // There is nothing else to say.
    TrainingLoop(
            TrainingRun run,
            TrainingPlan plan,
            Network network,
            TrainingData data,
            Learner learner,
            AnsweredImages answered) {
        this.run = run;
        this.plan = plan;
        this.network = network;
        this.data = data;
        this.learner = learner;
        this.answered = answered;
        this.schedule = new Schedule(plan, data.training().size());
        this.targets = plan.regularisation()
                .targets(
                        plan.objective(),
                        plan.objective().targets(network, plan.imageSize()),
                        data.training().unseen());
        this.checkpoints = new Checkpoints(run);
        this.looks = new Looks(run.world.clock());
    }

    /** Steps that are completed, over all attempts. */
    long reached() {
        return reached;
    }

    /** Steps of the whole training. */
    long steps() {
        return schedule.steps();
    }

    /** Of the newest step, not a number before the first. */
    double loss() {
        return loss;
    }

    /** The network as it is. */
    List<Tensor> state() {
        return learner.state().network();
    }

    /** Answers where the attempt really begins: a checkpoint that cannot be read is as good as none. */
    Origin resume(Origin asked) throws IOException {
        if (asked instanceof Origin.Resumed(Checkpoint checkpoint)) {
            try {
                SavedTraining saved = run.world.archive().checkpoint(checkpoint.object());
                if (isOfThisTraining(saved) && saved.step() == checkpoint.step()) {
                    learner.restore(saved.state());
                    reached = saved.step();
                    best = saved.best();
                    samples = saved.samples();
                    return asked;
                }
            } catch (CorruptObjectException unreadable) {
                return new Origin.Scratch();
            }
        }
        return new Origin.Scratch();
    }

    private boolean isOfThisTraining(SavedTraining saved) {
        return saved.isOf(run.attempt.jobId(), run.spec, network.architecture())
                && saved.step() <= schedule.steps()
                && saved.state().lossScale().skippedSteps() <= saved.step()
                && plan.optimizer().fits(network, saved.state())
                && (saved.best().equals(BestSoFar.NONE)
                        || network.fits(saved.best().network()));
    }

    /** Steps until there are no more to be made, or the run is told to end. */
    Completion train() throws IOException, InterruptedException, Ending {
        checkpoints.beginAt(reached);
        if (best.lookedAt() < reached) {
            // The attempt before has saved what it had learned, and not what it then found.
            test();
        }
        if (endsEpoch() && samples.stream().noneMatch(sample -> sample.step() == reached)) {
            sample();
        }
        try (Ahead.Results<Batch> batches = batches()) {
            while (reached < schedule.steps()) {
                switch (run.directions.now()) {
                    case Direction.FinishEarly(Completion completion) -> {
                        // A network that was never trained is no model to keep: one batch makes it one.
                        if (reached > 0) {
                            // Should this attempt be lost before its model is published, the next one publishes the
                            // same.
                            saveIfNew();
                            return completion;
                        }
                    }
                    case Direction.SaveAndStop() -> {
                        saveIfNew();
                        throw new Ending(new TrainerReport.Released(run.attempt));
                    }
                    case Direction.StopNow() -> throw new Ending(new TrainerReport.Released(run.attempt));
                    case Direction.Wait() -> throw new IllegalStateException("training without being told to begin");
                    case Direction.Proceed() -> {}
                }
                if (best.isOver(plan.patience())) {
                    return Completion.NO_LONGER_IMPROVING;
                }
                step(batches);
                advance(Phase.TRAINING, Map.of());
                if (endsEpoch() || checkpoints.isDue()) {
                    // Before the images are looked at: should the attempt be lost meanwhile, the next one looks again
                    // and learns nothing twice.
                    saveIfNew();
                }
                test();
                if (endsEpoch()) {
                    sample();
                }
            }
        }
        return Completion.ALL_EPOCHS;
    }

    /** The batches of the steps to come: each is a function of its step, so that who makes it when does not matter. */
    private Ahead.Results<Batch> batches() {
        long batchBytes = (long) plan.batchSize() * data.training().imageBytes();
        int atOnce = Math.toIntExact(Math.clamp(BATCH_BYTES_AHEAD / batchBytes, 1, BATCHES_AHEAD));
        return run.world.ahead().of(reached, schedule.steps(), atOnce, step -> {
            int[] images = schedule.imagesOf(step);
            Batch batch = data.training().batch(images, schedule.viewsOf(step, images.length), targets);
            // Here, where the batch is whole: in a gang each rank gets a part of what is mixed.
            schedule.mixtureOf(step).mix(batch);
            return batch;
        });
    }

    /** Whether the newest step was the last of an epoch. */
    private boolean endsEpoch() {
        return reached > 0 && schedule.epochsAfter(reached) > schedule.epochsAfter(reached - 1);
    }

    private void step(Ahead.Results<Batch> batches) throws IOException, InterruptedException, Ending {
        long begun = run.world.clock().nanos();
        Batch batch = batches.next();
        int images = batch.pixels().images();
        long loaded = run.world.clock().nanos();
        loss = learner.step(batch, new Step(reached, schedule.learningRateOf(reached), schedule.chanceOf(reached)));
        long done = run.world.clock().nanos();
        run.world.observations().stepped(images, loaded - begun, done - begun);
        reached++;
        if (!Double.isFinite(loss)) {
            throw notFinite("the loss became %s at step %d".formatted(loss, reached));
        }
        double newest = (done - begun) / (double) TimeUnit.SECONDS.toNanos(1) / images;
        secondsPerImage =
                secondsPerImage == 0 ? newest : (1 - SPEED_SMOOTHING) * secondsPerImage + SPEED_SMOOTHING * newest;
    }

    private Ending notFinite(String what) {
        return run.notFinite("%s: a learning rate below %s may help"
                .formatted(what, plan.rates().rate()));
    }

    /** Looks at the test images, if it is time to. */
    private void test() throws IOException, Ending {
        if (!schedule.testsAfter(reached) || data.test().size() == 0) {
            return;
        }
        // Who has the training finish now wants its model, which is looked at once more in any case.
        Optional<EvaluationReport> report = judged(
                Phase.TRAINING, data.measured().size(), () -> run.directions.now() instanceof Direction.FinishEarly);
        if (report.isEmpty()) {
            return;
        }
        advance(Phase.TRAINING, report.get().metrics());
        // Also where nobody waits for a better one: the tenant may stop the training, and wants the best then.
        best = best.after(report.get().score(), reached, this::state);
    }

    /** Asks the network of the same few images after each epoch. Where an embedder puts one image says nothing. */
    private void sample() throws IOException, Ending {
        if (plan.objective() instanceof Objective.Classification
                || plan.objective() instanceof Objective.ObjectDetection) {
            int count = Math.min(data.measured().size(), EpochSample.IMAGES_MAX);
            EvaluationReport report = judged(Phase.TRAINING, count, () -> false).orElseThrow();
            samples = EpochSample.after(samples, EpochSample.of(report, schedule.epochsAfter(reached), reached));
        }
    }

    /** What the network said of single images after each epoch. */
    List<EpochSample> samples() {
        return samples;
    }

    /** What is measured at the end, of the state that is then published; see {@link #publishesBest}. */
    EvaluationReport keep(Completion completion) throws IOException, Ending {
        EvaluationReport newest = evaluate();
        keptStep = reached;
        if (!publishesBest(completion) || !best.isBetterThan(newest.score())) {
            return newest;
        }
        LearnerState now = learner.state();
        learner.restore(new LearnerState(best.network(), now.optimizer(), now.lossScale()));
        keptStep = best.step();
        return evaluate();
    }

    /** Who goes through all epochs gets what they have led to, unless asked to look for the best. */
    private boolean publishesBest(Completion completion) {
        return plan.patience() > 0 || completion != Completion.ALL_EPOCHS;
    }

    /** After this step the state was as it is published. */
    long keptStep() {
        return keptStep;
    }

    /** What it says of each image that it was measured by, as it is published. */
    ImageAnswers answers() {
        return answered;
    }

    private void saveIfNew() throws IOException {
        checkpoints.saveIfNew(
                reached,
                schedule.epochsAfter(reached),
                new Learned(network.architecture(), learner::state, best, samples));
    }

    private EvaluationReport evaluate() throws IOException, Ending {
        answered.begin();
        return judged(Phase.EVALUATING, data.measured().size(), () -> false).orElseThrow();
    }

    /** Of the first so many of the images that it is measured by; nothing if it is not wanted any more. */
    private Optional<EvaluationReport> judged(Phase phase, int count, BooleanSupplier unwanted)
            throws IOException, Ending {
        looks.begin(() -> advance(phase, Map.of()));
        ImageSet images = data.measured();
        Judge judge = Judge.of(plan.objective(), network, plan.imageSize(), run.spec.concepts());
        for (int from = 0; from < count; from += plan.batchSize()) {
            run.obeyOrStop(run.directions.now());
            if (unwanted.getAsBoolean()) {
                return Optional.empty();
            }
            int[] indexes = range(from, Math.min(count, from + plan.batchSize()));
            Answers answers = learner.answers(images.pixels(indexes));
            // The last step of all has no step after it whose loss would tell.
            if (!answers.outputs().values().stream().allMatch(TrainingLoop::allFinite)) {
                throw notFinite("the network answers with what is no number");
            }
            for (int i = 0; i < indexes.length; i++) {
                judge.add(images.inputId(indexes[i]), images.labels(indexes[i]), answers, i);
            }
            if (phase == Phase.EVALUATING && plan.objective() instanceof Objective.Classification classifier) {
                for (int i = 0; i < indexes.length; i++) {
                    answered.add(Judge.values(classifier, run.spec.concepts().size(), answers, i));
                }
            }
            looks.taken(indexes.length);
        }
        return Optional.of(judge.report(data.test().size() > 0 ? Split.TEST : Split.TRAIN, () -> looks.taken(1)));
    }

    private static boolean allFinite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    private static int[] range(int from, int to) {
        int[] range = new int[to - from];
        Arrays.setAll(range, i -> from + i);
        return range;
    }

    void advance(Phase phase, Map<String, Double> metrics) {
        run.reports.accept(new TrainerReport.Advanced(
                run.attempt,
                new Progress(
                        phase,
                        schedule.epochsAfter(reached),
                        plan.epochs(),
                        reached,
                        schedule.steps(),
                        loss,
                        metrics,
                        secondsPerImage == 0 ? 0 : 1 / secondsPerImage,
                        looks.count())));
    }
}
