package io.deeptrain.simulation;

import io.deeptrain.api.version.Submission;
import io.deeptrain.api.version.Version;
import io.deeptrain.api.version.VersionMachine;
import io.deeptrain.api.version.VersionMachine.Stop;
import io.deeptrain.api.version.VersionMachine.Turn;
import io.deeptrain.api.version.VersionState;
import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.InputsRead;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The api-service: production's rules of a version, in transactions that lock its row, as its PostgreSQL adapter does.
 */
final class FrontDoor {
    private static final int POLL_MIN_MILLIS = 20;
    private static final int POLL_MAX_MILLIS = 120;
    private static final int POLL_SLOW_MAX_MILLIS = 2_500;
    private static final int COMMIT_MAX_MILLIS = 15;
    private static final int COMMIT_SLOW_MAX_MILLIS = 1_200;
    private static final int LOCK_RETRY_MILLIS = 7;
    private static final int BATCH_MAX = 100;
    private static final int RESTART_MAX_MILLIS = 3_000;

    private final World world;
    private final Database database;
    private final Map<String, Submission.Accepted<JobId>> accepted = new HashMap<>();
    private final TreeMap<JobId, Version> versions = new TreeMap<>();
    private Positions stored;

    private final Set<String> locks = new HashSet<>();
    private Positions read;
    private boolean up = true;
    private int start;
    private int submissions;

    FrontDoor(World world, Database database) {
        this.world = world;
        this.database = database;
        stored = new Positions(List.of(Topic.JOBS, Topic.ATTEMPTS), world.log().partitions());
        read = stored.copy();
    }

    void start() {
        pollLater();
    }

    Map<JobId, Version> versions() {
        return versions;
    }

    boolean hasReadEverything() {
        return stored.atEndOf(world.log());
    }

    /** The process dies and comes back: open transactions are rolled back, nobody gets an answer. */
    void kill() {
        world.trace().note("front door", "killed");
        start++;
        up = false;
        locks.clear();
        int sameStart = start;
        world.agenda().after(world.chance().between(100, RESTART_MAX_MILLIS), () -> {
            if (sameStart == start) {
                up = true;
                read = stored.copy();
                pollLater();
            }
        });
    }

    /** A tenant asks to train. The reply comes with the commit, or never. */
    void submit(String key, Function<JobId, TrainingRequested> request, Consumer<JobId> reply) {
        if (!up || database.isAway()) {
            return;
        }
        String lock = "key " + key;
        if (isLocked(lock, () -> submit(key, request, reply))) {
            return;
        }
        Optional<Submission.Accepted<JobId>> earlier =
                Optional.ofNullable(accepted.get(key)).filter(_ -> !world.has(PlantedBug.SUBMIT_NOT_IDEMPOTENT));
        switch (Submission.of(earlier, key)) {
            case Submission.Repeated<JobId>(var jobId) -> answer(() -> reply.accept(jobId));
            case Submission.KeyReused<JobId> _ -> throw new IllegalStateException("nobody reuses a key here: " + key);
            case Submission.Fresh<JobId> _ -> {
                JobId jobId = new JobId("job-" + ++submissions);
                Database.Transaction transaction = database.begin();
                transaction.write(() -> {
                    accepted.put(key, new Submission.Accepted<>(jobId, key));
                    versions.put(jobId, Version.requested(jobId));
                });
                transaction.tell(request.apply(jobId));
                if (world.has(PlantedBug.ANSWER_BEFORE_COMMIT)) {
                    answer(() -> reply.accept(jobId));
                }
                commit(transaction, Set.of(lock), () -> answer(() -> reply.accept(jobId)), () -> {});
            }
        }
    }

    /** A tenant deletes the version. The reply comes with the commit, or never. */
    void delete(JobId jobId, Runnable reply) {
        if (!up || database.isAway()) {
            return;
        }
        if (isLocked(jobId.value(), () -> delete(jobId, reply))) {
            return;
        }
        Database.Transaction transaction = database.begin();
        take(transaction, jobId, VersionMachine.delete(versionOf(jobId), world.now()));
        commit(transaction, Set.of(jobId.value()), () -> answer(reply), () -> {});
    }

    /** A tenant ends the training. The reply comes with the commit, or never, and says whether it is being stopped. */
    void stop(JobId jobId, Consumer<Boolean> reply) {
        stop(jobId, version -> VersionMachine.stop(version, world.now()), reply);
    }

    /** A budget is used up. */
    void stopAtBudget(JobId jobId, Consumer<Boolean> reply) {
        stop(jobId, version -> VersionMachine.stopAtBudget(version, world.now()), reply);
    }

    private void stop(JobId jobId, Function<Version, Stop> wish, Consumer<Boolean> reply) {
        if (!up || database.isAway()) {
            return;
        }
        if (isLocked(jobId.value(), () -> stop(jobId, wish, reply))) {
            return;
        }
        switch (wish.apply(versionOf(jobId))) {
            case Stop.Refused _ -> answer(() -> reply.accept(false));
            case Stop.Accepted(var turn) -> {
                Database.Transaction transaction = database.begin();
                take(transaction, jobId, turn);
                commit(transaction, Set.of(jobId.value()), () -> answer(() -> reply.accept(true)), () -> {});
            }
        }
    }

    private Version versionOf(JobId jobId) {
        Version version = versions.get(jobId);
        if (version == null) {
            throw new IllegalStateException("no such version: " + jobId);
        }
        return version;
    }

    private void take(Database.Transaction transaction, JobId jobId, Turn turn) {
        transaction.write(() -> versions.put(jobId, turn.version()));
        turn.told().forEach(event -> {
            transaction.tell(event);
            transaction.write(() -> world.truth().told(event));
        });
    }

    private void answer(Runnable reply) {
        if (!world.chance().strikes(Mishap.REPLY_LOST)) {
            world.agenda().after(world.chance().between(1, 20), reply);
        }
    }

    private boolean isLocked(String lock, Runnable retry) {
        if (locks.contains(lock)) {
            int sameStart = start;
            world.agenda().after(LOCK_RETRY_MILLIS, () -> {
                if (sameStart == start) {
                    retry.run();
                }
            });
            return true;
        }
        return false;
    }

    /** Holds the locks until the commit. */
    private void commit(Database.Transaction transaction, Set<String> rows, Runnable onDone, Runnable onFailure) {
        locks.addAll(rows);
        int sameStart = start;
        long delay = world.chance().strikes(Mishap.COMMIT_SLOW)
                ? world.chance().between(COMMIT_MAX_MILLIS, COMMIT_SLOW_MAX_MILLIS)
                : world.chance().between(1, COMMIT_MAX_MILLIS);
        world.agenda().after(delay, () -> {
            if (sameStart != start) {
                return;
            }
            locks.removeAll(rows);
            switch (database.commit(transaction)) {
                case DONE -> onDone.run();
                case ROLLED_BACK, UNKNOWN -> onFailure.run();
            }
        });
    }

    private void pollLater() {
        int sameStart = start;
        long delay = world.chance().strikes(Mishap.CONSUMER_SLOW)
                ? world.chance().between(POLL_MAX_MILLIS, POLL_SLOW_MAX_MILLIS)
                : world.chance().between(POLL_MIN_MILLIS, POLL_MAX_MILLIS);
        world.agenda().after(delay, () -> {
            if (sameStart == start) {
                poll();
            }
        });
    }

    private void poll() {
        if (database.isAway() || world.log().isAway()) {
            pollLater();
            return;
        }
        Positions after = read.copy();
        List<Event> batch = new ArrayList<>();
        Set<String> rows = new HashSet<>();
        for (Topic topic : after.topics()) {
            for (int partition = 0; partition < world.log().partitions(); partition++) {
                List<Event> records = world.log().read(topic, partition, after.of(topic, partition), BATCH_MAX);
                after.advance(topic, partition, records.size());
                batch.addAll(records);
            }
        }
        if (batch.isEmpty()) {
            pollLater();
            return;
        }
        batch.forEach(event -> rows.add(event.partitionKey()));
        if (rows.stream().anyMatch(locks::contains)) {
            isLocked(rows.stream().filter(locks::contains).sorted().findFirst().orElseThrow(), this::poll);
            return;
        }
        Database.Transaction transaction = database.begin();
        Map<JobId, Version> changed = new TreeMap<>();
        batch.forEach(event -> apply(event, changed, transaction));
        transaction.write(() -> {
            versions.putAll(changed);
            stored = after.copy();
        });
        commit(
                transaction,
                rows,
                () -> {
                    read = after;
                    pollLater();
                },
                () -> {
                    read = stored.copy();
                    pollLater();
                });
    }

    private void apply(Event event, Map<JobId, Version> changed, Database.Transaction transaction) {
        switch (event) {
            case JobEvent entry -> {
                Version before = changed.getOrDefault(entry.jobId(), versionOf(entry.jobId()));
                Turn turn = VersionMachine.apply(before, entry, world.now());
                changed.put(entry.jobId(), turn.version());
                if (world.has(PlantedBug.SEAL_DESPITE_CANCEL)
                        && entry instanceof JobEvent.JobFinishing
                        && turn.version().state() instanceof VersionState.Cancelled) {
                    JobSealed seal = new JobSealed(entry.jobId(), world.now());
                    transaction.tell(seal);
                    transaction.write(() -> world.truth().told(seal));
                }
                turn.told().forEach(told -> {
                    transaction.tell(told);
                    transaction.write(() -> world.truth().told(told));
                });
            }
            case ProgressReported report -> {
                Version before = changed.getOrDefault(report.jobId(), versionOf(report.jobId()));
                changed.put(report.jobId(), VersionMachine.apply(before, report));
            }
            case InputsRead read -> {
                Version before = changed.getOrDefault(read.jobId(), versionOf(read.jobId()));
                changed.put(read.jobId(), VersionMachine.apply(before, read).version());
            }
            case AttemptEvent _ -> {}
            case RequestEvent _, AssignmentEvent _, FleetEvent _, ChargeEvent _ ->
                throw new IllegalStateException("on a topic that the front door reads: " + event);
        }
    }
}
