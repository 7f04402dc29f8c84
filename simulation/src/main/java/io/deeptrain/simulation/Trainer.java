package io.deeptrain.simulation;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.Span;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.attempt.TrainerOrder;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.gpu.GpuHealth;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What stands for DJL and the GPU: steps that take time, checkpoints, failures. It holds the GPU for one attempt. */
final class Trainer {
    private static final int STOP_MAX_MILLIS = 250;
    private static final int CLOSING_MAX_MILLIS = 800;
    private static final int STORING_MAX_MILLIS = 300;
    private static final int RANK_LOOK_MILLIS = 50;

    /** Between choosing GPUs and saying so, another look may find one of them broken. */
    private static final int PLACING_MILLIS = 20;

    /** Rank 0 waits for so long for those of other workers, until they come or go on. */
    private static final int RANK_SILENCE_MAX_MILLIS = 20_000;

    private static final String RANK_LOST = "RANK_LOST";

    /** The one attempt in hand. */
    private static final class Work {
        private final AttemptAssigned assignment;
        private final AttemptId attempt;
        private final Workload load;
        private final Truth.Hold hold;
        private final List<Integer> places;
        private boolean spoilt;
        private boolean placed;
        private long inputs;
        private long step;
        private long looks;
        private boolean stopping;
        private boolean closing;
        private Optional<Completion> early = Optional.empty();

        private Work(AttemptAssigned assignment, Workload load, Truth.Hold hold, List<Integer> places) {
            this.assignment = assignment;
            attempt = AttemptId.of(assignment);
            this.load = load;
            this.hold = hold;
            this.places = places;
        }

        /** How many ranks run elsewhere. */
        private int partners() {
            return assignment.span().map(Span::gpus).orElse(0);
        }
    }

    private final World world;
    private final WorkerHost.WorkerProcess process;
    private Optional<Work> inHand = Optional.empty();

    Trainer(World world, WorkerHost.WorkerProcess process) {
        this.world = world;
        this.process = process;
    }

    void die() {
        inHand.ifPresent(work -> letGo(work, false));
    }

    void take(TrainerOrder order) {
        switch (order) {
            case TrainerOrder.Prepare(var assignment) -> prepare(assignment);
            case TrainerOrder.Begin(var attempt) ->
                of(attempt).ifPresent(work -> {
                    world.truth().startMeter(work.hold);
                    if (work.early.isPresent() && work.step > 0) {
                        finishEarly(work, work.early.get());
                    } else if (work.step < work.load.steps()) {
                        stepLater(work);
                    } else {
                        // Its checkpoint was saved after the last step: there is nothing left to train.
                        close(work, Completion.ALL_EPOCHS);
                    }
                });
            case TrainerOrder.FinishEarly(var attempt, var completion) ->
                of(attempt).ifPresent(work -> finishEarly(work, completion));
            case TrainerOrder.SaveAndStop(var attempt) ->
                of(attempt).ifPresent(work -> {
                    work.stopping = true;
                    saveCheckpoint(work, () -> release(work));
                });
            case TrainerOrder.StopNow(var attempt) ->
                of(attempt).ifPresent(work -> {
                    work.stopping = true;
                    whileInHand(work, world.chance().between(1, STOP_MAX_MILLIS), () -> release(work));
                });
        }
    }

    /** As production's: with what there is, which is one step at least, and after saving it. */
    private void finishEarly(Work work, Completion completion) {
        if (work.step == 0) {
            work.early = Optional.of(completion);
        } else if (!work.closing && !work.stopping) {
            saveCheckpoint(work, () -> {});
            close(work, completion);
        }
    }

    private Optional<Work> of(AttemptId attempt) {
        return inHand.filter(work -> work.attempt.equals(attempt));
    }

    private void whileInHand(Work work, long delayMillis, Runnable action) {
        process.later(delayMillis, () -> {
            if (inHand.filter(held -> held == work).isPresent()) {
                action.run();
            }
        });
    }

    /** From now on nothing is to be trusted of what uses a broken GPU, and it may fail for that. */
    void see(GpuHealth health) {
        inHand.filter(work -> health.breaks(work.places)).ifPresent(work -> {
            // Before it has said which GPUs it uses it computes nothing on them.
            work.spoilt |= work.placed;
            world.truth().fails(work.attempt);
        });
    }

    private void place(Work work) {
        work.placed = true;
        see(process.health());
        process.place(work.attempt, work.places);
    }

    /** What uses one fails by itself, before it has heard that it is to stop. */
    void failOnBrokenGpu() {
        inHand.filter(work -> process.health().breaks(work.places))
                .ifPresent(work -> fail(work, Fault.PLATFORM, "DEVICE_LOST"));
    }

    private void prepare(AttemptAssigned assignment) {
        Violation.unless(
                process.gpusSeen() == 0 || assignment.gpusHere() <= process.gpusSeen(),
                "S17",
                () -> "%s is prepared, and %d GPUs work".formatted(assignment, process.gpusSeen()));
        Violation.unless(
                inHand.isEmpty(), "S4", () -> "two attempts have one GPU: %s".formatted(AttemptId.of(assignment)));
        Work work = new Work(
                assignment,
                world.workloadOf(assignment.jobId()),
                world.truth().hold(process.workerId(), AttemptId.of(assignment)),
                process.health().places(assignment.gpusHere()));
        inHand = Optional.of(work);
        if (work.places.isEmpty()) {
            whileInHand(work, PLACING_MILLIS, () -> fail(work, Fault.PLATFORM, "GPU_BROKEN"));
            return;
        }
        whileInHand(work, PLACING_MILLIS, () -> place(work));
        readLater(work, work.load.longReads());
    }

    /** Its inputs: so many times it says that it has read more, unless it is to finish. Then it is prepared. */
    private void readLater(Work work, int asked) {
        boolean isEnough = work.early.isPresent() && work.assignment.origin() instanceof Origin.Scratch;
        int left = isEnough ? 0 : asked;
        if (world.chance().strikes(Mishap.PREPARING_HANGS)) {
            world.trace().note("trainer hangs before it trains", work.attempt.toString());
            world.truth().hangsPreparing(work.attempt);
            return;
        }
        whileInHand(work, left > 0 ? Workload.READ_MILLIS : work.load.prepareMillis(), () -> {
            if (work.stopping) {
                return;
            }
            if (left > 0) {
                work.inputs++;
                process.report(new TrainerReport.InputsRead(work.attempt, work.inputs));
                readLater(work, left - 1);
            } else {
                prepared(work);
            }
        });
    }

    private void prepared(Work work) {
        if (work.load.failsWhilePreparing()) {
            fail(work, Fault.USER, "DATA_TOLERANCE_EXCEEDED");
        } else if (world.isBreaker(process.workerId()) || world.chance().strikes(Mishap.TRAINER_FAILS)) {
            fail(work, Fault.PLATFORM, "DEVICE_LOST");
        } else {
            Origin origin = realOrigin(work);
            work.step = origin instanceof Origin.Resumed(Checkpoint checkpoint) ? checkpoint.step() : 0;
            awaitRanks(
                    work,
                    RANK_SILENCE_MAX_MILLIS,
                    () -> process.report(new TrainerReport.Prepared(work.attempt, origin, 100, 0)));
        }
    }

    /** Those of other workers have come, and none of them stands still. */
    private void awaitRanks(Work work, int patienceMillis, Runnable action) {
        if (work.stopping) {
            return;
        }
        if (world.gangs().count(work.attempt) == work.partners()
                && !world.gangs().isStill(work.attempt)) {
            action.run();
        } else if (patienceMillis <= 0) {
            fail(work, Fault.PLATFORM, RANK_LOST);
        } else {
            whileInHand(work, RANK_LOOK_MILLIS, () -> awaitRanks(work, patienceMillis - RANK_LOOK_MILLIS, action));
        }
    }

    private Origin realOrigin(Work work) {
        if (work.assignment.origin() instanceof Origin.Resumed(Checkpoint checkpoint)) {
            Violation.unless(
                    world.shelf().writerOf(checkpoint.object()).isPresent(),
                    "S9",
                    () -> "no such checkpoint: %s".formatted(checkpoint));
            if (world.chance().strikes(Mishap.CHECKPOINT_UNREADABLE)) {
                return new Origin.Scratch();
            }
        }
        return work.assignment.origin();
    }

    private boolean hangs(Work work) {
        if (!world.chance().strikes(Mishap.TRAINER_HANGS)) {
            return false;
        }
        world.trace().note("trainer hangs", work.attempt.toString());
        world.truth().hangs(work.attempt);
        return true;
    }

    private void stepLater(Work work) {
        if (hangs(work)) {
            return;
        }
        whileInHand(work, work.load.stepMillis(), () -> {
            if (isRankLost(work)) {
                fail(work, Fault.PLATFORM, RANK_LOST);
            } else {
                awaitRanks(work, RANK_SILENCE_MAX_MILLIS, () -> step(work));
            }
        });
    }

    /** Once it has come, a connection that closes tells at once. */
    private boolean isRankLost(Work work) {
        return !work.stopping && world.gangs().count(work.attempt) < work.partners();
    }

    private void step(Work work) {
        if (work.stopping || work.closing) {
            return;
        }
        work.step++;
        process.report(new TrainerReport.Advanced(work.attempt, progress(work, Phase.TRAINING)));
        if (inHand.isEmpty() || work.stopping || work.closing) {
            return;
        }
        if (work.step == work.load.failsAtStep()) {
            fail(work, Fault.USER, "LOSS_NOT_FINITE");
        } else if (world.chance().strikes(Mishap.TRAINER_FAILS)
                && world.chance().oneIn(4)) {
            fail(work, Fault.PLATFORM, "DEVICE_LOST");
        } else if (work.step >= work.load.steps()) {
            close(work, Completion.ALL_EPOCHS);
        } else if (work.early.isPresent()) {
            finishEarly(work, work.early.get());
        } else {
            if (work.step % work.load.stepsPerEpoch() == 0) {
                saveCheckpoint(work, () -> {});
                lookLater(work, work.load.looksPerEpoch());
            } else {
                stepLater(work);
            }
        }
    }

    /** At the test images, so many times; then it goes on. */
    private void lookLater(Work work, int left) {
        if (left == 0) {
            stepLater(work);
            return;
        }
        if (hangs(work)) {
            return;
        }
        whileInHand(work, Workload.LOOK_MILLIS, () -> {
            if (isRankLost(work)) {
                fail(work, Fault.PLATFORM, RANK_LOST);
            } else if (!work.stopping && !work.closing) {
                work.looks++;
                process.report(new TrainerReport.Advanced(work.attempt, progress(work, Phase.TRAINING)));
                lookLater(work, left - 1);
            }
        });
    }

    private void saveCheckpoint(Work work, Runnable afterwards) {
        long takenAt = process.monotonicMillis();
        long step = work.step;
        whileInHand(work, world.chance().between(1, STORING_MAX_MILLIS), () -> {
            StoredObject object = world.shelf().put(work.attempt, "checkpoint-" + step, work.spoilt);
            int epoch = (int) (step / work.load.stepsPerEpoch());
            process.report(new TrainerReport.CheckpointWritten(work.attempt, epoch, step, takenAt, object));
            afterwards.run();
        });
    }

    private void close(Work work, Completion completion) {
        if (work.closing || work.stopping) {
            return;
        }
        work.closing = true;
        process.report(new TrainerReport.Advanced(work.attempt, progress(work, Phase.EVALUATING)));
        whileInHand(work, world.chance().between(1, CLOSING_MAX_MILLIS), () -> {
            if (work.stopping) {
                return;
            }
            if (isRankLost(work)) {
                fail(work, Fault.PLATFORM, RANK_LOST);
                return;
            }
            StoredObject model = world.shelf().put(work.attempt, "model", work.spoilt);
            letGo(work, true);
            process.report(new TrainerReport.Finished(work.attempt, model, Map.of("test_accuracy", 0.99), completion));
        });
    }

    private void fail(Work work, Fault fault, String code) {
        letGo(work, true);
        world.truth().fails(work.attempt);
        process.report(new TrainerReport.Failed(work.attempt, fault, code, "It failed as it was meant to."));
    }

    /** The GPU is free, and the ranks of other workers end. */
    private void letGo(Work work, boolean inOrder) {
        world.truth().release(work.hold, inOrder);
        world.gangs().ends(work.attempt);
        inHand = Optional.empty();
    }

    private void release(Work work) {
        letGo(work, true);
        process.report(new TrainerReport.Released(work.attempt));
    }

    private static Progress progress(Work work, Phase phase) {
        Workload load = work.load;
        return new Progress(
                phase,
                (int) (work.step / load.stepsPerEpoch()),
                (int) (load.steps() / load.stepsPerEpoch()) + 1,
                work.step,
                load.steps(),
                1.0 / (1 + work.step),
                Map.of(),
                100,
                Optional.of(work.looks));
    }
}
