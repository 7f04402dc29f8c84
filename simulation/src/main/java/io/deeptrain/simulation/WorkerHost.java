package io.deeptrain.simulation;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent.GangDoor;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.Topic;
import io.deeptrain.event.WorkerId;
import io.deeptrain.messaging.port.TransportUnavailableException;
import io.deeptrain.worker.attempt.Activity;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.WorkerAction;
import io.deeptrain.worker.attempt.WorkerIdentity;
import io.deeptrain.worker.attempt.WorkerInput;
import io.deeptrain.worker.attempt.WorkerProtocol;
import io.deeptrain.worker.attempt.WorkerState;
import io.deeptrain.worker.gpu.GpuHealth;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A machine with one GPU or some, which it gives to one attempt at a time, its network, and the worker process on it,
 * which runs production's protocol.
 */
final class WorkerHost {
    private static final int BEAT_MILLIS = 1_000;
    private static final int POLL_MIN_MILLIS = 20;
    private static final int POLL_MAX_MILLIS = 120;
    private static final int SEND_MAX_MILLIS = 15;
    private static final int RESTART_MIN_MILLIS = 200;
    private static final int RESTART_MAX_MILLIS = 8_000;

    private static final int RANK_START_MIN_MILLIS = 50;
    private static final int RANK_START_MAX_MILLIS = 500;
    private static final int RANK_END_MAX_MILLIS = 150;

    /** Shorter than any restart: the kernel closes a dead process's sockets before another process can be there. */
    private static final int SURVIVES_KILL_MILLIS = 150;

    private final World world;
    private final WorkerId id;
    private final int gpus;
    private final Set<Integer> broken = new TreeSet<>();
    private final boolean keepsBeats;
    private final MeterSum meters = new MeterSum();
    private Optional<WorkerProcess> process = Optional.empty();
    private int incarnations;
    private long pausedUntilMillis;
    private long cannotSendUntilMillis;
    private long cannotHearUntilMillis;
    private long wallSkewMillis;
    private long disturbedAtMillis;

    WorkerHost(World world, WorkerId id, int gpus) {
        this.world = world;
        this.id = id;
        this.gpus = gpus;
        keepsBeats = world.chance().oneIn(2);
    }

    WorkerId id() {
        return id;
    }

    void start() {
        incarnations++;
        WorkerProcess started = new WorkerProcess(new IncarnationId(id + "-" + incarnations));
        process = Optional.of(started);
        world.trace().note("worker starts", started.identity.incarnation().value());
        started.begin();
    }

    void kill() {
        process.ifPresent(running -> {
            world.trace().note("worker killed", running.identity.incarnation().value());
            disturb();
            running.dead = true;
            running.trainer.die();
            running.loseRanks();
            running.sendOnTheWire();
            process = Optional.empty();
            world.agenda().after(world.chance().between(RESTART_MIN_MILLIS, RESTART_MAX_MILLIS), this::start);
        });
    }

    void pause(long millis) {
        world.trace().note("worker paused", id.value());
        disturb();
        pausedUntilMillis = Math.max(pausedUntilMillis, world.agenda().nowMillis() + millis);
    }

    void cutSending(long millis) {
        world.trace().note("worker cannot send", id.value());
        disturb();
        cannotSendUntilMillis = Math.max(cannotSendUntilMillis, world.agenda().nowMillis() + millis);
    }

    void cutHearing(long millis) {
        world.trace().note("worker cannot hear", id.value());
        disturb();
        cannotHearUntilMillis = Math.max(cannotHearUntilMillis, world.agenda().nowMillis() + millis);
    }

    void stepWallClock(long millis) {
        wallSkewMillis += millis;
    }

    void drain() {
        process.ifPresent(running -> {
            world.trace().note("worker drained", id.value());
            disturb();
            running.later(0, () -> running.apply(new WorkerInput.DrainRequested()));
        });
    }

    /**
     * A GPU is found broken; it is the only one only where workers share attempts.
     *
     * @param place which, if there are so many
     * @param fatal whether an attempt that uses it fails at once
     */
    void breakGpu(int place, boolean fatal) {
        if (place < gpus && (gpus - broken.size() > 1 || world.isJoint()) && broken.add(place)) {
            seeGpus(fatal);
        }
    }

    /** All GPUs work again. */
    void resetGpus() {
        if (!broken.isEmpty()) {
            broken.clear();
            seeGpus(false);
        }
    }

    private void seeGpus(boolean fatal) {
        world.trace().note("GPUs broken", id + ": " + broken);
        if (world.isJoint()) {
            disturb();
        }
        process.ifPresent(running -> running.later(0, () -> running.seeGpus(fatal)));
    }

    boolean isPaused() {
        return pausedUntilMillis > world.agenda().nowMillis();
    }

    /** The process that runs, if any does. */
    Optional<IncarnationId> incarnation() {
        return process.map(running -> running.identity.incarnation());
    }

    /** The newest moment at which this machine, its process or its network was not as it should be. */
    long disturbedAtMillis() {
        long now = world.agenda().nowMillis();
        if (process.isEmpty() || broken.size() == gpus) {
            return now;
        }
        long absentUntil = Math.max(pausedUntilMillis, Math.max(cannotSendUntilMillis, cannotHearUntilMillis));
        return Math.max(disturbedAtMillis, Math.min(now, absentUntil));
    }

    /** Ready and with nothing to do. */
    boolean isIdle() {
        return process.filter(running -> running.state.activity() instanceof Activity.Idle
                        && running.state.unacknowledged().isEmpty())
                .isPresent();
    }

    private void disturb() {
        disturbedAtMillis = world.agenda().nowMillis();
    }

    /** One start of the worker. */
    final class WorkerProcess {
        private final WorkerIdentity identity;
        private final Trainer trainer;
        private final Deque<Event> unsent = new ArrayDeque<>();
        private final int partition;
        private WorkerState state;
        private long position;
        private GpuHealth health = new GpuHealth.Healthy();
        private boolean sending;
        private boolean dead;
        private Optional<Lent> lent = Optional.empty();

        /** The GPU runs a rank of an attempt that another worker leads. */
        private record Lent(AttemptId attempt, Truth.Hold hold) {}

        private WorkerProcess(IncarnationId incarnation) {
            identity = new WorkerIdentity(
                    id,
                    incarnation,
                    world.kinds().of(id).gpuClass(),
                    gpus,
                    world.isJoint() ? Optional.of(new GangDoor(id + ":7400", "", "")) : Optional.empty(),
                    world.kinds().of(id).milli());
            trainer = new Trainer(world, this);
            state = WorkerProtocol.start(identity);
            partition = world.log().partitionOf(id.value());
            position = world.log().end(Topic.ASSIGNMENTS, partition);
        }

        WorkerId workerId() {
            return id;
        }

        private void begin() {
            seeGpus(false);
            beat();
            poll();
        }

        /** Unless the process is dead by then; later, if it stands still by then. */
        void later(long delayMillis, Runnable action) {
            world.agenda().after(delayMillis, () -> {
                if (dead) {
                    return;
                }
                long stillMillis = pausedUntilMillis - world.agenda().nowMillis();
                if (stillMillis > 0) {
                    later(stillMillis, action);
                } else {
                    action.run();
                }
            });
        }

        private void seeGpus(boolean fatal) {
            health = healthNow();
            trainer.see(health);
            apply(new WorkerInput.GpusSeen(health));
            if (fatal) {
                trainer.failOnBrokenGpu();
            }
        }

        private GpuHealth healthNow() {
            List<String> reasons = List.of("It is too hot.");
            List<Integer> usable = IntStream.range(0, gpus)
                    .filter(place -> !broken.contains(place))
                    .boxed()
                    .toList();
            if (usable.isEmpty()) {
                return new GpuHealth.Broken(reasons);
            }
            return broken.isEmpty() ? new GpuHealth.Healthy() : new GpuHealth.PartlyBroken(usable, reasons);
        }

        /** How its GPUs are, as far as it knows. */
        GpuHealth health() {
            return health;
        }

        /** How many it knows to work. */
        int gpusSeen() {
            return health.places(gpus).size();
        }

        /** The attempt gets the GPUs of these places. */
        void place(AttemptId attempt, List<Integer> places) {
            if (!world.has(PlantedBug.BROKEN_GPU_TRUSTED)) {
                List<Integer> told = world.has(PlantedBug.BROKEN_GPU_ENDS_ALL)
                        ? IntStream.range(0, gpus).boxed().toList()
                        : places;
                report(new TrainerReport.Placed(attempt, told));
            }
        }

        void report(TrainerReport report) {
            apply(new WorkerInput.Trained(report));
        }

        private void beat() {
            apply(new WorkerInput.Tick());
            later(BEAT_MILLIS, this::beat);
        }

        private void poll() {
            later(world.chance().between(POLL_MIN_MILLIS, POLL_MAX_MILLIS), this::poll);
            if (cannotHearUntilMillis > world.agenda().nowMillis()) {
                return;
            }
            for (Event event : world.log().read(Topic.ASSIGNMENTS, partition, position, Integer.MAX_VALUE)) {
                position++;
                if (event instanceof AssignmentEvent assignment) {
                    apply(new WorkerInput.Heard(assignment));
                }
            }
        }

        private void apply(WorkerInput input) {
            WorkerProtocol.Turn turn = WorkerProtocol.apply(state, input, monotonicMillis());
            state = turn.state();
            for (WorkerAction action : turn.actions()) {
                switch (action) {
                    case WorkerAction.Publish(var event) -> {
                        noteRefusal(event);
                        say(event);
                    }
                    case WorkerAction.SendBeat(var beat) -> {
                        if (keepsBeats || canSend()) {
                            say(beat);
                        }
                    }
                    case WorkerAction.Instruct(var order) -> trainer.take(order);
                    case WorkerAction.Lend(var ranks, var _) -> lend(AttemptId.of(ranks));
                    case WorkerAction.TakeBack(var attempt) -> letGo(attempt);
                    case WorkerAction.Leave() -> leave();
                }
            }
        }

        /** Its trainer never saw the attempt: it has fewer GPUs than the scheduler had heard of. */
        private void noteRefusal(AttemptEvent event) {
            if (event instanceof AttemptFailed failed && failed.code().equals("TOO_FEW_GPUS") && gpusSeen() < gpus) {
                world.truth().fails(AttemptId.of(failed));
            }
        }

        private void lend(AttemptId attempt) {
            Lent now = new Lent(attempt, world.truth().holdPart(id, attempt));
            lent = Optional.of(now);
            later(world.chance().between(RANK_START_MIN_MILLIS, RANK_START_MAX_MILLIS), () -> {
                if (lent.filter(now::equals).isPresent()) {
                    world.gangs().joins(attempt, this);
                }
            });
        }

        /** Rank 0 or this worker ends the rank. */
        void letGo(AttemptId attempt) {
            later(world.chance().between(1, RANK_END_MAX_MILLIS), () -> {
                if (lent.filter(held -> held.attempt().equals(attempt)).isPresent()) {
                    loseRanks();
                    apply(new WorkerInput.GivenBack(attempt));
                }
            });
        }

        private void loseRanks() {
            lent.ifPresent(held -> {
                world.truth().release(held.hold(), false);
                world.gangs().leaves(held.attempt(), this);
            });
            lent = Optional.empty();
        }

        boolean isStill() {
            return isPaused();
        }

        private void leave() {
            disturb();
            // What it has just said is on its way: the process ends when that is done.
            later(SEND_MAX_MILLIS * 10L, () -> {
                dead = true;
                process = Optional.empty();
                world.agenda()
                        .after(world.chance().between(RESTART_MIN_MILLIS, RESTART_MAX_MILLIS), WorkerHost.this::start);
            });
        }

        long monotonicMillis() {
            return world.agenda().nowMillis() + (world.has(PlantedBug.WALL_CLOCK_METER) ? wallSkewMillis : 0);
        }

        private boolean canSend() {
            return cannotSendUntilMillis <= world.agenda().nowMillis()
                    && !world.log().isAway();
        }

        private void say(Event event) {
            unsent.add(event);
            sendNext();
        }

        private void sendNext() {
            if (sending || unsent.isEmpty()) {
                return;
            }
            sending = true;
            world.agenda().after(world.chance().between(1, SEND_MAX_MILLIS), () -> {
                if (dead) {
                    return;
                }
                sending = false;
                if (!canSend() || isPaused()) {
                    sending = true;
                    later(100, () -> {
                        sending = false;
                        sendNext();
                    });
                    return;
                }
                Event event = unsent.removeFirst();
                append(event);
                if (event instanceof AttemptEvent said) {
                    later(1, () -> apply(new WorkerInput.Acknowledged(said)));
                }
                sendNext();
            });
        }

        /** What a dying process had on the wire may still arrive. */
        private void sendOnTheWire() {
            if (!unsent.isEmpty() && world.chance().oneIn(2)) {
                Event last = unsent.getFirst();
                world.agenda().after(world.chance().between(1, SURVIVES_KILL_MILLIS), () -> {
                    if (canSend()) {
                        append(last);
                    }
                });
            }
        }

        private void append(Event event) {
            Event said = world.has(PlantedBug.DELTA_METER) && event instanceof AttemptEvent attempt
                    ? meters.since(attempt)
                    : event;
            try {
                world.log().append(said);
                if (world.chance().strikes(Mishap.RECORD_DUPLICATED)) {
                    world.log().append(said);
                }
            } catch (TransportUnavailableException away) {
                throw new IllegalStateException("the log was asked although it is away", away);
            }
        }
    }
}
