package io.deeptrain.worker.training;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.template.TemplateCatalogue;
import io.deeptrain.worker.artifact.Publication;
import io.deeptrain.worker.artifact.SavedTraining;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.artifact.TrainingRecord;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.data.ImageSet;
import io.deeptrain.worker.evaluation.EvaluationReport;
import io.deeptrain.worker.evaluation.Judge;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Targets;
import io.deeptrain.worker.port.Ahead;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.Directions;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Step;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.MonotonicClock;
import io.deeptrain.worker.port.Observations;
import io.deeptrain.worker.port.PretrainedWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One attempt, from its assignment to its last report, on the calling thread.
 *
 * <ol>
 *   <li>Fetch, check and decode the images; count those that cannot be read.
 *   <li>Build the network and, if a checkpoint is given and readable, go on from there.
 *   <li>Report that it is prepared, and wait for the word to begin.
 *   <li>Step through the schedule; save a checkpoint after each epoch and at least each minute.
 *   <li>Evaluate, publish. What is published is the newest state of the weights: no better one of an earlier epoch is
 *       kept.
 * </ol>
 *
 * <p>After every image and every batch it looks at its directions.
 */
public final class TrainingRun {
    private static final long CHECKPOINT_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Weight of the newest step in the reported speed. */
    private static final double SPEED_SMOOTHING = 0.1;

    /** So many batches, and so many bytes of them unless it is one, are made while the network learns from another. */
    private static final int BATCHES_AHEAD = 3;

    private static final long BATCH_BYTES_AHEAD = 256L << 20;

    /** Where the run gets what it needs. */
    public record Surroundings(
            Archive archive,
            Learners learners,
            MonotonicClock clock,
            Observations observations,
            Path scratch,
            PretrainedWeights pretrained,
            Ahead ahead) {}

    /** Ends the run in an orderly way, with this as its last report. */
    static final class Ending extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient TrainerReport.Ended report;

        Ending(TrainerReport.Ended report) {
            super(report.toString(), null, false, false);
            this.report = report;
        }
    }

    private record Prepared(
            Schedule schedule, TrainingData data, Network network, Targets targets, Learner learner, long step) {
        ImageSet training() {
            return data.training();
        }

        ImageSet test() {
            return data.test();
        }
    }

    private final AttemptAssigned assignment;
    final AttemptId attempt;
    final TrainingSpec spec;
    final Surroundings world;
    final Directions directions;
    final Consumer<TrainerReport> reports;
    private double secondsPerImage;
    private double loss = Double.NaN;

    private TrainingRun(
            AttemptAssigned assignment, Surroundings world, Directions directions, Consumer<TrainerReport> reports) {
        this.assignment = assignment;
        this.attempt = AttemptId.of(assignment);
        this.spec = assignment.spec();
        this.world = world;
        this.directions = directions;
        this.reports = reports;
    }

    /** Runs the attempt; returns after its last report was made. */
    public static void run(
            AttemptAssigned assignment, Surroundings world, Directions directions, Consumer<TrainerReport> reports) {
        TrainingRun run = new TrainingRun(assignment, world, directions, reports);
        TrainerReport.Ended end;
        try {
            end = run.toTheEnd();
        } catch (Ending ending) {
            end = ending.report;
        } catch (IOException | RuntimeException | OutOfMemoryError broken) {
            end = run.failed(Fault.PLATFORM, "WORKER_FAILURE", broken.toString());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            end = new TrainerReport.Released(run.attempt);
        }
        reports.accept(end);
    }

    private TrainerReport.Ended toTheEnd() throws IOException, InterruptedException, Ending {
        if (spec.modelTypeId().equals(TemplateCatalogue.EMBEDDING_CLASSIFIER)) {
            return new TransferRun(this).toTheEnd();
        }
        if (!Purpose.isKnown(spec)) {
            throw ending(
                    Fault.PLATFORM,
                    "UNKNOWN_TEMPLATE",
                    "this worker does not train %s with the template %s"
                            .formatted(spec.modelTypeId(), spec.template()));
        }
        TrainingPlan plan = TrainingPlan.of(spec);
        Network network = Purpose.network(spec, plan.imageSize()).orElseThrow();
        StartingWeights weights = StartingWeights.of(this, plan, network);
        try (TrainingData data = TrainingData.of(this, plan.imageSize());
                Learner learner = world.learners()
                        .learner(
                                network,
                                plan.recipe(),
                                weights.state(data.training().unseen()))) {
            Schedule schedule = new Schedule(plan, data.training().size());
            Targets targets = plan.objective().targets(network, plan.imageSize());
            Origin origin = resume(learner, network, plan, schedule);
            long step = origin instanceof Origin.Resumed(Checkpoint checkpoint) ? checkpoint.step() : 0;
            reports.accept(new TrainerReport.Prepared(attempt, origin, data.readable(), data.unreadable()));
            obeyOrStop(directions.awaitBegin());
            return trainAndPublish(plan, new Prepared(schedule, data, network, targets, learner, step));
        }
    }

    private TrainerReport.Ended trainAndPublish(TrainingPlan plan, Prepared prepared)
            throws IOException, InterruptedException, Ending {
        long[] reached = {prepared.step()};
        Completion completion;
        world.observations().began();
        try {
            completion = train(plan, prepared, reached);
        } finally {
            world.observations().ended();
        }
        advance(Phase.EVALUATING, plan, prepared.schedule(), reached[0], Map.of());
        EvaluationReport report = evaluate(plan, prepared);
        Map<String, Double> metrics = new TreeMap<>(report.metrics());
        if (Double.isFinite(loss)) {
            metrics.put("train_loss", loss);
        }
        advance(Phase.EXPORTING, plan, prepared.schedule(), reached[0], metrics);
        obeyOrStop(directions.now());
        StoredObject model = world.archive()
                .publish(
                        attempt,
                        new Publication(
                                new TrainedModel(
                                        prepared.network().architecture(),
                                        spec.concepts(),
                                        plan.imageSize(),
                                        plan.objective(),
                                        prepared.learner().state().network()),
                                report,
                                new TrainingRecord(
                                        spec,
                                        prepared.training().size(),
                                        prepared.test().size(),
                                        prepared.data().unreadable(),
                                        prepared.training().imagesOfConcepts(),
                                        reached[0],
                                        prepared.schedule().steps(),
                                        completion,
                                        metrics)));
        return new TrainerReport.Finished(attempt, model, metrics, completion);
    }

    /** Answers where the attempt really begins: a checkpoint that cannot be read is as good as none. */
    private Origin resume(Learner learner, Network network, TrainingPlan plan, Schedule schedule) throws IOException {
        if (assignment.origin() instanceof Origin.Resumed(Checkpoint checkpoint)) {
            try {
                SavedTraining saved = world.archive().checkpoint(checkpoint.object());
                if (isOfThisTraining(saved, network, plan, schedule) && saved.step() == checkpoint.step()) {
                    learner.restore(saved.state());
                    return assignment.origin();
                }
            } catch (CorruptObjectException unreadable) {
                return new Origin.Scratch();
            }
        }
        return new Origin.Scratch();
    }

    private boolean isOfThisTraining(SavedTraining saved, Network network, TrainingPlan plan, Schedule schedule) {
        return saved.jobId().equals(attempt.jobId())
                && saved.seed() == spec.seed()
                && saved.manifestSha256().equals(spec.manifest().sha256())
                && saved.architecture().equals(network.architecture())
                && saved.step() <= schedule.steps()
                && plan.optimizer().fits(network, saved.state());
    }

    /** Leaves in {@code reached} how many steps are completed. */
    private Completion train(TrainingPlan plan, Prepared prepared, long[] reached)
            throws IOException, InterruptedException, Ending {
        try (Ahead.Results<Batch> batches = batches(plan, prepared)) {
            return train(plan, prepared, batches, reached);
        }
    }

    /** The batches of the steps to come: each is a function of its step, so that who makes it when does not matter. */
    private Ahead.Results<Batch> batches(TrainingPlan plan, Prepared prepared) {
        Schedule schedule = prepared.schedule();
        long batchBytes = (long) plan.batchSize() * prepared.training().imageBytes();
        int atOnce = Math.toIntExact(Math.clamp(BATCH_BYTES_AHEAD / batchBytes, 1, BATCHES_AHEAD));
        return world.ahead().of(prepared.step(), schedule.steps(), atOnce, step -> {
            int[] images = schedule.imagesOf(step);
            return prepared.training()
                    .batch(
                            images,
                            schedule.flipsOf(step, images.length),
                            plan.flips().mirror(),
                            prepared.targets());
        });
    }

    private Completion train(TrainingPlan plan, Prepared prepared, Ahead.Results<Batch> batches, long[] reached)
            throws IOException, InterruptedException, Ending {
        Schedule schedule = prepared.schedule();
        long savedAtNanos = world.clock().nanos();
        long savedStep = prepared.step();
        for (long step = prepared.step(); step < schedule.steps(); step++) {
            switch (directions.now()) {
                case Direction.FinishEarly(Completion completion) -> {
                    // A network that was never trained is no model to keep: one batch makes it one.
                    if (step > 0) {
                        // Should this attempt be lost before its model is published, the next one publishes the same.
                        if (step > savedStep) {
                            save(prepared, step);
                        }
                        return completion;
                    }
                }
                case Direction.SaveAndStop() -> {
                    if (step > savedStep) {
                        save(prepared, step);
                    }
                    throw new Ending(new TrainerReport.Released(attempt));
                }
                case Direction.StopNow() -> throw new Ending(new TrainerReport.Released(attempt));
                case Direction.Wait() -> throw new IllegalStateException("training without being told to begin");
                case Direction.Proceed() -> {}
            }
            step(plan, prepared, batches, step);
            reached[0] = step + 1;
            advance(Phase.TRAINING, plan, schedule, reached[0], Map.of());
            if (schedule.testsAfter(reached[0]) && prepared.test().size() > 0) {
                Map<String, Double> metrics = evaluate(plan, prepared).metrics();
                advance(Phase.TRAINING, plan, schedule, reached[0], metrics);
            }
            boolean epochEnds = schedule.epochsAfter(reached[0]) > schedule.epochsAfter(step);
            if (epochEnds || world.clock().nanos() - savedAtNanos >= CHECKPOINT_INTERVAL_NANOS) {
                save(prepared, reached[0]);
                savedStep = reached[0];
                savedAtNanos = world.clock().nanos();
            }
        }
        return Completion.ALL_EPOCHS;
    }

    private void step(TrainingPlan plan, Prepared prepared, Ahead.Results<Batch> batches, long step)
            throws IOException, InterruptedException, Ending {
        long begun = world.clock().nanos();
        Schedule schedule = prepared.schedule();
        Batch batch = batches.next();
        int images = batch.pixels().images();
        long loaded = world.clock().nanos();
        loss = prepared.learner().step(batch, new Step(step, schedule.learningRateOf(step), schedule.chanceOf(step)));
        long done = world.clock().nanos();
        world.observations().stepped(images, loaded - begun, done - begun);
        if (!Double.isFinite(loss)) {
            throw notFinite("the loss became %s at step %d".formatted(loss, step + 1), plan);
        }
        double newest = (done - begun) / (double) TimeUnit.SECONDS.toNanos(1) / images;
        secondsPerImage =
                secondsPerImage == 0 ? newest : (1 - SPEED_SMOOTHING) * secondsPerImage + SPEED_SMOOTHING * newest;
    }

    private Ending notFinite(String what, TrainingPlan plan) {
        return ending(
                Fault.USER,
                "LOSS_NOT_FINITE",
                "%s: a learning rate below %s may help"
                        .formatted(what, plan.rates().rate()));
    }

    private void save(Prepared prepared, long step) throws IOException {
        long takenAtNanos = world.clock().nanos();
        long takenAtMillis = world.clock().millis();
        LearnerState state = prepared.learner().state();
        StoredObject object = world.archive()
                .saveCheckpoint(
                        attempt,
                        new SavedTraining(
                                attempt.jobId(),
                                spec.seed(),
                                spec.manifest().sha256(),
                                prepared.network().architecture(),
                                step,
                                state));
        world.observations().checkpointWritten(object, world.clock().nanos() - takenAtNanos);
        reports.accept(new TrainerReport.CheckpointWritten(
                attempt, prepared.schedule().epochsAfter(step), step, takenAtMillis, object));
    }

    private EvaluationReport evaluate(TrainingPlan plan, Prepared prepared) throws IOException, Ending {
        Split split = prepared.test().size() > 0 ? Split.TEST : Split.TRAIN;
        ImageSet images = split == Split.TEST ? prepared.test() : prepared.training();
        Judge judge = Judge.of(plan.objective(), prepared.network(), plan.imageSize(), spec.concepts());
        for (int from = 0; from < images.size(); from += plan.batchSize()) {
            obeyOrStop(directions.now());
            int[] indexes = range(from, Math.min(images.size(), from + plan.batchSize()));
            Answers answers = prepared.learner().answers(images.pixels(indexes));
            // The last step of all has no step after it whose loss would tell.
            if (!answers.outputs().values().stream().allMatch(TrainingRun::allFinite)) {
                throw notFinite("the network answers with what is no number", plan);
            }
            for (int i = 0; i < indexes.length; i++) {
                judge.add(images.inputId(indexes[i]), images.labels(indexes[i]), answers, i);
            }
        }
        return judge.report(split);
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

    private void advance(Phase phase, TrainingPlan plan, Schedule schedule, long reached, Map<String, Double> metrics) {
        reports.accept(new TrainerReport.Advanced(
                attempt,
                new Progress(
                        phase,
                        schedule.epochsAfter(reached),
                        plan.epochs(),
                        reached,
                        schedule.steps(),
                        loss,
                        metrics,
                        secondsPerImage == 0 ? 0 : 1 / secondsPerImage)));
    }

    /** A checkpoint of all that is worth keeping was saved when the last step was done. */
    void obeyOrStop(Direction direction) throws Ending {
        switch (direction) {
            case Direction.SaveAndStop() -> throw new Ending(new TrainerReport.Released(attempt));
            case Direction.StopNow() -> throw new Ending(new TrainerReport.Released(attempt));
            case Direction.Wait() -> {}
            case Direction.Proceed() -> {}
            case Direction.FinishEarly _ -> {}
        }
    }

    Ending ending(Fault fault, String code, String message) {
        return new Ending(failed(fault, code, message));
    }

    private TrainerReport.Failed failed(Fault fault, String code, String message) {
        return new TrainerReport.Failed(attempt, fault, code, message);
    }

    static String message(Exception failure) {
        return String.valueOf(failure.getMessage());
    }
}
