package io.deeptrain.worker.training;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.template.TemplateCatalogue;
import io.deeptrain.worker.artifact.Publication;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.artifact.TrainingRecord;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.data.AnsweredImages;
import io.deeptrain.worker.evaluation.EvaluationReport;
import io.deeptrain.worker.gpu.GpuHealth;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.Ahead;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.Devices;
import io.deeptrain.worker.port.Directions;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.port.Films;
import io.deeptrain.worker.port.Gangs;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.MonotonicClock;
import io.deeptrain.worker.port.Observations;
import io.deeptrain.worker.port.PretrainedWeights;
import io.deeptrain.worker.port.RankLostException;
import io.deeptrain.worker.port.RanksDifferException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One attempt, from its assignment to its last report, on the calling thread.
 *
 * <ol>
 *   <li>Fetch, check and decode the images and the frames of videos; count the inputs that cannot be read.
 *   <li>Build the network and, if a checkpoint is given and readable, go on from there.
 *   <li>Report that it is prepared, and wait for the word to begin.
 *   <li>Step through the schedule; save a checkpoint after each epoch and at least each minute.
 *   <li>Evaluate, publish. What is published is the newest state of the weights, or the best that was measured if the
 *       training ends, or might have ended, before its last epoch.
 * </ol>
 *
 * <p>After every image and every batch it looks at its directions.
 */
public final class TrainingRun {
    /** One image alone has no variance for a batch normalisation to learn from. */
    private static final int IMAGES_OF_RANK_MIN = 2;

    /** Where the run gets what it needs. */
    public record Surroundings(
            Archive archive,
            Learners learners,
            Gangs gangs,
            MonotonicClock clock,
            Observations observations,
            Path scratch,
            PretrainedWeights pretrained,
            Ahead ahead,
            Devices devices,
            Films films) {
        /** Of a worker with one device that shows no videos. */
        public Surroundings(
                Archive archive,
                Learners learners,
                MonotonicClock clock,
                Observations observations,
                Path scratch,
                PretrainedWeights pretrained,
                Ahead ahead,
                Devices devices) {
            this(archive, learners, Gangs.NONE, clock, observations, scratch, pretrained, ahead, devices, Films.NONE);
        }
    }

    /** Ends the run in an orderly way, with this as its last report. */
    static final class Ending extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient TrainerReport.Ended report;

        Ending(TrainerReport.Ended report) {
            super(report.toString(), null, false, false);
            this.report = report;
        }
    }

    private final AttemptAssigned assignment;
    final AttemptId attempt;
    final TrainingSpec spec;
    final Surroundings world;
    final Directions directions;
    final Consumer<TrainerReport> reports;
    private List<Integer> places = List.of();

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
            end = Memory.isExhaustion(broken)
                    ? run.failed(Fault.CAPACITY, "OUT_OF_MEMORY", Memory.ranOut(run.spec, broken))
                    : run.unlessGpuBroken(run.failed(Fault.PLATFORM, code(broken), broken.toString()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            end = new TrainerReport.Released(run.attempt);
        }
        reports.accept(end);
    }

    private TrainerReport.Ended toTheEnd() throws IOException, InterruptedException, Ending {
        if (spec.modelTypeId().equals(TemplateCatalogue.EMBEDDING_CLASSIFIER)) {
            return new TransferRun(this, learnersOnGpus()).toTheEnd(assignment.origin());
        }
        if (!Purpose.isKnown(spec)) {
            throw ending(
                    Fault.PLATFORM,
                    "UNKNOWN_TEMPLATE",
                    "this worker does not train %s with the template %s"
                            .formatted(spec.modelTypeId(), spec.template()));
        }
        Learners learners = learnersOnGpus();
        TrainingPlan plan = TrainingPlan.of(spec);
        Network network = Purpose.network(spec, plan.imageSize()).orElseThrow();
        Optional<String> shortage = Memory.shortage(plan, network, learners, spec.gpus());
        if (shortage.isPresent()) {
            throw ending(Fault.CAPACITY, "BATCH_DOES_NOT_FIT", shortage.get());
        }
        StartingWeights weights = StartingWeights.of(this, plan, network);
        try (TrainingData data =
                        TrainingData.of(this, plan.imageSize(), plan.augmentation(), enoughToFinish(plan.batchSize()));
                Learner learner = learner(
                        learners, plan, network, weights.state(data.training().unseen()));
                AnsweredImages answered = new AnsweredImages(world.scratch(), data.measured(), spec.concepts())) {
            TrainingLoop loop = new TrainingLoop(this, plan, network, data, learner, answered);
            Origin origin = loop.resume(assignment.origin());
            reports.accept(new TrainerReport.Prepared(attempt, origin, data.readable(), data.unreadable()));
            obeyOrStop(directions.awaitBegin());
            try {
                return trainAndPublish(plan, network, data, loop);
            } catch (RuntimeException failure) {
                // With a checkpoint the same batch has fitted elsewhere, or on more GPUs.
                if (origin instanceof Origin.Scratch && Memory.isOfTheBatch(spec, learners, failure)) {
                    throw new Ending(unlessGpuBroken(failed(Fault.USER, "USER_OOM", Memory.ranOut(spec, failure))));
                }
                throw failure;
            }
        }
    }

    /** Chooses the GPUs that this worker gives to the attempt, none that is broken; answers rank 0's learners. */
    private Learners learnersOnGpus() throws InterruptedException, Ending {
        GpuHealth health = world.devices().health();
        places = health.places(assignment.gpusHere());
        if (places.size() < assignment.gpusHere()) {
            throw new Ending(TrainerReport.Failed.gpuBroken(attempt, health, ""));
        }
        reports.accept(new TrainerReport.Placed(attempt, places));
        return world.learners().on(places.getFirst());
    }

    /** What fails on a GPU that is found broken thereupon has failed for that. */
    private TrainerReport.Failed unlessGpuBroken(TrainerReport.Failed failure) {
        try {
            GpuHealth health = world.devices().health();
            if (!health.areUsable(places)) {
                return TrainerReport.Failed.gpuBroken(attempt, health, ": " + failure.message());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return failure;
    }

    /** The numbers are the tenant's fault, unless a broken GPU has computed them. */
    Ending notFinite(String message) {
        return new Ending(unlessGpuBroken(failed(Fault.USER, "LOSS_NOT_FINITE", message)));
    }

    private Learner learner(Learners learners, TrainingPlan plan, Network network, List<Tensor> state) throws Ending {
        if (spec.gpus() == 1) {
            return learners.learner(network, plan.recipe(), state);
        }
        int least = IMAGES_OF_RANK_MIN * spec.gpus();
        if (plan.batchSize() < least) {
            throw ending(
                    Fault.USER,
                    "BATCH_TOO_SMALL",
                    "batch_size must be at least %d with %d GPUs, which share it: %d"
                            .formatted(least, spec.gpus(), plan.batchSize()));
        }
        return world.gangs().learner(assignment, places, network, plan.recipe(), state, this::isWanted);
    }

    private boolean isWanted() {
        return switch (directions.now()) {
            case Direction.Wait _, Direction.Proceed _, Direction.FinishEarly _ -> true;
            case Direction.SaveAndStop _, Direction.StopNow _ -> false;
        };
    }

    /**
     * How many images of each kind a run needs that is to finish early: as many as it learns from before it does. One
     * that goes on from a checkpoint needs all: what it publishes has learned from them, and is measured by them.
     */
    int enoughToFinish(int imagesOfStep) {
        return assignment.origin() instanceof Origin.Scratch ? imagesOfStep : Integer.MAX_VALUE;
    }

    private static String code(Throwable failure) {
        return switch (failure) {
            case RankLostException _ -> "RANK_LOST";
            case RanksDifferException _ -> "RANKS_DIFFER";
            default -> "WORKER_FAILURE";
        };
    }

    private TrainerReport.Ended trainAndPublish(
            TrainingPlan plan, Network network, TrainingData data, TrainingLoop loop)
            throws IOException, InterruptedException, Ending {
        Completion completion;
        world.observations().began();
        try {
            completion = loop.train();
        } finally {
            world.observations().ended();
        }
        loop.advance(Phase.EVALUATING, Map.of());
        EvaluationReport report = loop.keep(completion);
        Map<String, Double> metrics = new TreeMap<>(report.metrics());
        // The loss is that of the newest step, and all that is said is said of the state that is published.
        if (Double.isFinite(loop.loss()) && loop.keptStep() == loop.reached()) {
            metrics.put("train_loss", loop.loss());
        }
        loop.advance(Phase.EXPORTING, metrics);
        obeyOrStop(directions.now());
        TrainedModel trained = new TrainedModel(
                network.architecture(), spec.concepts(), plan.imageSize(), plan.objective(), loop.state());
        TrainingRecord record = new TrainingRecord(
                spec,
                data.training().size(),
                data.test().size(),
                data.unreadable(),
                data.training().imagesOfConcepts(),
                data.training().imagesOfNone(),
                loop.reached(),
                loop.steps(),
                loop.keptStep(),
                completion,
                metrics,
                data.unread());
        StoredObject model = world.archive()
                .publish(
                        attempt,
                        new Publication(trained, report, record, loop.samples(), data.leftOut(), loop.answers()));
        return new TrainerReport.Finished(attempt, model, metrics, completion);
    }

    /** While there are no steps. Whatever was learned in an epoch was saved at its end. */
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
