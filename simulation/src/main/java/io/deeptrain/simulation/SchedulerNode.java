package io.deeptrain.simulation;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent.SchedulerPulsed;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.SchedulerId;
import io.deeptrain.event.Topic;
import io.deeptrain.messaging.port.TransportUnavailableException;
import io.deeptrain.scheduler.control.AuditEntry;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.engine.Decisions;
import io.deeptrain.scheduler.engine.Input;
import io.deeptrain.scheduler.job.JobRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One scheduler process: it leads or stands by. A leader folds what it reads through the production engine and commits
 * jobs, offsets and outbox rows in one transaction that asserts its epoch, as the PostgreSQL adapter does.
 */
final class SchedulerNode {
    private static final int CYCLE_MIN_MILLIS = 40;
    private static final int CYCLE_MAX_MILLIS = 160;
    private static final int CYCLE_SLOW_MAX_MILLIS = 2_500;
    private static final int STANDBY_MILLIS = 500;
    private static final int COMMIT_MAX_MILLIS = 12;
    private static final int PULSE_MILLIS = 1_000;
    private static final int BATCH_MAX = 200;

    /** What a leader has in memory. */
    private static final class Leadership {
        private final long epoch;
        private final FlawedEngine engine;
        private final Positions positions;
        private final long[] pulsedMillis;
        private long pulses;

        private Leadership(long epoch, FlawedEngine engine, Positions positions, long[] pulsedMillis) {
            this.epoch = epoch;
            this.engine = engine;
            this.positions = positions;
            this.pulsedMillis = pulsedMillis;
        }
    }

    private final World world;
    private final SchedulerId id;
    private final Database database;
    private final SchedulerStore store;
    private final OrderDesk orders;
    private Optional<Leadership> leadership = Optional.empty();
    private boolean up = true;
    private int start;
    private long pausedUntilMillis;

    SchedulerNode(World world, SchedulerId id, Database database, SchedulerStore store) {
        this.world = world;
        this.id = id;
        this.database = database;
        this.store = store;
        orders = new OrderDesk(world);
    }

    void start() {
        later(world.chance().between(1, STANDBY_MILLIS), this::cycle);
        later(world.chance().between(1, PULSE_MILLIS), this::pulse);
    }

    boolean leads() {
        return leadership.isPresent();
    }

    void order(OrderDesk.Slip slip) {
        orders.place(slip);
    }

    void kill(long awayMillis) {
        if (!up) {
            return;
        }
        world.trace().note("scheduler killed", id.value());
        up = false;
        start++;
        loseSession();
        leadership = Optional.empty();
        orders.die();
        world.agenda().after(awayMillis, () -> {
            up = true;
            start();
        });
    }

    /** Others may lead from now on; whoever leads learns of it when it commits. */
    void loseSession() {
        if (leadership.isPresent() && leadership.get().epoch == store.epoch) {
            world.trace().note("session lost", id.value());
            store.leaderless = true;
        }
    }

    void pause(long millis) {
        world.trace().note("scheduler paused", id.value());
        pausedUntilMillis = Math.max(pausedUntilMillis, world.agenda().nowMillis() + millis);
    }

    /** Unless the process was killed by then; later, if it stands still by then. */
    private void later(long delayMillis, Runnable action) {
        int sameStart = start;
        world.agenda().after(delayMillis, () -> {
            if (sameStart != start) {
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

    private void pulse() {
        later(PULSE_MILLIS, this::pulse);
        leadership.ifPresent(led -> {
            led.pulses++;
            for (int partition = 0; partition < world.log().partitions(); partition++) {
                try {
                    world.log()
                            .append(new SchedulerPulsed(id, led.epoch, partition, led.pulses, world.now()), partition);
                } catch (TransportUnavailableException away) {
                    world.trace().note("pulse lost", id.value());
                }
            }
        });
    }

    private void cycle() {
        if (database.isAway()) {
            leadership = Optional.empty();
            orders.forget();
            later(STANDBY_MILLIS, this::cycle);
        } else if (leadership.isPresent()) {
            lead(leadership.get());
        } else if (store.leaderless
                || world.agenda().nowMillis() - store.renewedAtMillis >= SchedulerStore.LEADER_TERM_MILLIS) {
            take();
            later(world.chance().between(CYCLE_MIN_MILLIS, CYCLE_MAX_MILLIS), this::cycle);
        } else {
            later(world.chance().between(1, STANDBY_MILLIS), this::cycle);
        }
    }

    private void take() {
        long epoch = store.epoch + 1;
        Database.Transaction transaction = database.begin();
        transaction.write(() -> {
            store.epoch = epoch;
            store.renewedAtMillis = world.agenda().nowMillis();
            store.leaderless = false;
        });
        if (database.commit(transaction) == Database.Outcome.DONE) {
            world.trace().note("scheduler leads", id.value());
            long[] pulsed = new long[world.log().partitions()];
            Arrays.fill(pulsed, world.agenda().nowMillis());
            leadership = Optional.of(new Leadership(
                    epoch,
                    FlawedEngine.restore(List.copyOf(store.jobs.values()), store.controls, world),
                    store.positions.copy(),
                    pulsed));
        }
    }

    private void lead(Leadership led) {
        Instant now = world.now();
        Positions after = led.positions.copy();
        List<Decisions> decisions = new ArrayList<>();
        List<Event> batch = read(after);
        if (world.has(PlantedBug.OFFSET_BEFORE_WORK)) {
            Database.Transaction early = database.begin();
            early.write(() -> store.positions = after.copy());
            if (database.commit(early) != Database.Outcome.DONE) {
                stepDown();
                return;
            }
        }
        List<Event> heard = new ArrayList<>();
        for (Event event : batch) {
            switch (event) {
                case SchedulerPulsed pulse -> {
                    if (pulse.schedulerId().equals(id) && pulse.epoch() == led.epoch) {
                        led.pulsedMillis[pulse.partition()] =
                                Math.max(led.pulsedMillis[pulse.partition()], Agenda.millisOf(pulse.sentAt()));
                    }
                }
                case WorkerBeat beat -> {
                    heard.add(beat);
                    decisions.add(led.engine.apply(new Input.Heard(beat, now)));
                }
                case RequestEvent request -> {
                    heard.add(request);
                    decisions.add(led.engine.apply(new Input.Heard(request, now)));
                }
                case AttemptEvent attempt -> {
                    heard.add(attempt);
                    decisions.add(led.engine.apply(new Input.Heard(attempt, now)));
                }
                case AssignmentEvent _, JobEvent _, ChargeEvent _ ->
                    throw new IllegalStateException("on a topic that the scheduler reads: " + event);
            }
        }
        List<AuditEntry> audit = orders.serve(led.engine, decisions);
        if (world.has(PlantedBug.AUDIT_BEFORE_COMMIT)) {
            store.writtenEarly.addAll(audit);
        }
        Instant heardUpTo = world.has(PlantedBug.LEASES_RUN_WHILE_AWAY)
                ? now
                : Agenda.at(Arrays.stream(led.pulsedMillis).min().orElseThrow());
        decisions.add(led.engine.apply(new Input.Tick(now, heardUpTo)));
        later(world.chance().between(1, COMMIT_MAX_MILLIS), () -> commit(led, after, decisions, heard, audit));
    }

    private List<Event> read(Positions after) {
        List<Event> batch = new ArrayList<>();
        List<Topic> topics = new ArrayList<>(SchedulerStore.TOPICS);
        Collections.rotate(topics, world.chance().between(0, topics.size() - 1));
        for (Topic topic : topics) {
            for (int partition = 0; partition < world.log().partitions(); partition++) {
                List<Event> records = world.log().read(topic, partition, after.of(topic, partition), BATCH_MAX);
                after.advance(topic, partition, records.size());
                batch.addAll(records);
            }
        }
        return batch;
    }

    private void commit(
            Leadership led, Positions after, List<Decisions> decisions, List<Event> heard, List<AuditEntry> audit) {
        if (database.isAway() || (led.epoch != store.epoch && !world.has(PlantedBug.NO_COMPARE_AND_SET))) {
            world.trace().note("refused", id.value());
            stepDown();
            return;
        }
        Map<JobId, JobRecord> changed = new TreeMap<>();
        List<Event> told = new ArrayList<>();
        Controls controls = store.controls;
        for (Decisions each : decisions) {
            controls = each.controls().orElse(controls);
            each.changedJobs().forEach(jobId -> changed.put(jobId, led.engine.job(jobId)));
            told.addAll(each.history());
            told.addAll(each.assignments());
        }
        Controls changedControls = controls;
        Database.Transaction transaction = database.begin();
        transaction.write(() -> {
            store.jobs.putAll(changed);
            store.controls = changedControls;
            store.positions = after.copy();
            store.renewedAtMillis = world.agenda().nowMillis();
        });
        if (!world.has(PlantedBug.DUAL_WRITE)) {
            told.forEach(transaction::tell);
        }
        transaction.write(() -> world.checker().schedulerCommitted(told, heard, audited(audit), store));
        switch (database.commit(transaction)) {
            case DONE -> {
                if (world.has(PlantedBug.DUAL_WRITE)) {
                    writeDirectly(told);
                }
                leadership = Optional.of(new Leadership(led.epoch, led.engine, after, led.pulsedMillis));
                leadership.get().pulses = led.pulses;
                orders.answer();
                cycleLater();
            }
            case ROLLED_BACK, UNKNOWN -> stepDown();
        }
    }

    private void writeDirectly(List<Event> told) {
        for (Event event : told) {
            try {
                world.log().append(event);
            } catch (TransportUnavailableException away) {
                world.trace().note("not logged", event);
            }
        }
    }

    /** What of it reaches the table of the audit. */
    private List<AuditEntry> audited(List<AuditEntry> audit) {
        if (world.has(PlantedBug.AUDIT_BEFORE_COMMIT)) {
            List<AuditEntry> early = List.copyOf(store.writtenEarly);
            store.writtenEarly.clear();
            return early;
        }
        List<AuditEntry> entries = new ArrayList<>(audit);
        if (world.has(PlantedBug.ORDER_AUDITED_TWICE)) {
            entries.addAll(audit);
        }
        return entries;
    }

    private void stepDown() {
        leadership = Optional.empty();
        orders.forget();
        cycleLater();
    }

    private void cycleLater() {
        later(
                world.chance().strikes(Mishap.CONSUMER_SLOW)
                        ? world.chance().between(CYCLE_MAX_MILLIS, CYCLE_SLOW_MAX_MILLIS)
                        : world.chance().between(CYCLE_MIN_MILLIS, CYCLE_MAX_MILLIS),
                this::cycle);
    }
}
