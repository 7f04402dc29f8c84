package io.deeptrain.benchmarks.engine;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Event;
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.StoredObject;
import io.deeptrain.scheduler.engine.Decisions;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.engine.Input;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.engine.Input.Tick;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/**
 * What a scheduler heard, heard again by another one: the decisions must be the same to the last byte, and reading a
 * log of a million jobs shows how fast one could be caught up with. Each job is asked for, started, done and sealed.
 */
public final class LogReplay {
    private static final int JOBS = 1_000_000;
    private static final int JOBS_COMPARED = 50_000;
    private static final int INPUTS_PER_TICK = 1_000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final StoredObject MODEL = new StoredObject("model", "cd".repeat(32), 1);

    private LogReplay() {}

    /** Prints the time for the whole log, and the digests of the decisions of a shorter one. */
    public static void main(String[] arguments) {
        List<Input> log = recorded(JOBS);
        SchedulerEngine engine = new SchedulerEngine(EngineSettings.STANDARD);
        long begin = System.nanoTime();
        for (Input input : log) {
            engine.apply(input);
        }
        double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
        System.out.printf(
                "%,d jobs, %,d records replayed in %.2f s: %,.0f records a second%n",
                JOBS, log.size(), seconds, log.size() / seconds);
        List<Input> shorter = recorded(JOBS_COMPARED);
        String first = digest(shorter);
        String second = digest(shorter);
        System.out.printf(
                "decisions of %,d jobs: %s and %s, %s%n",
                JOBS_COMPARED,
                first.substring(0, 16),
                second.substring(0, 16),
                first.equals(second) ? "equal" : "NOT EQUAL");
        if (!first.equals(second)) {
            throw new IllegalStateException("the same log gave other decisions");
        }
    }

    /** The log that a fleet makes of so many jobs. */
    static List<Input> recorded(int jobs) {
        Load load = new Load(jobs, 1_280, 8, 1_000);
        Recorder recorder = new Recorder();
        for (int worker = 0; worker < load.workers(); worker++) {
            recorder.hear(load.beat(worker));
        }
        for (int number = 0; number < jobs; number++) {
            recorder.hear(load.request(number));
            if (recorder.running.size() >= load.gpus()) {
                recorder.finishOldest();
            }
        }
        while (!recorder.running.isEmpty()) {
            recorder.finishOldest();
        }
        return recorder.log;
    }

    /** Of all that is decided, as text. */
    static String digest(List<Input> log) {
        SchedulerEngine engine = new SchedulerEngine(EngineSettings.STANDARD);
        MessageDigest digest = sha256();
        for (Input input : log) {
            Decisions decisions = engine.apply(input);
            digest.update(decisions.toString().getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    /** An engine, and all that it is told. */
    private static final class Recorder {
        private final SchedulerEngine engine = new SchedulerEngine(EngineSettings.STANDARD);
        private final List<Input> log = new ArrayList<>();
        private final Queue<AttemptAssigned> running = new ArrayDeque<>();
        private final Set<JobId> assigned = new HashSet<>();
        private Instant now = Load.NOW;

        void hear(Event event) {
            now = now.plusMillis(1);
            tell(new Heard(event, now));
            if (log.size() % INPUTS_PER_TICK == 0) {
                tell(new Tick(now, Load.NOW));
            }
        }

        private void tell(Input input) {
            log.add(input);
            for (AssignmentEvent message : engine.apply(input).assignments()) {
                // It may be said again, as nobody has answered yet.
                if (message instanceof AttemptAssigned assignment && assigned.add(assignment.jobId())) {
                    running.add(assignment);
                }
            }
        }

        void finishOldest() {
            AttemptAssigned over = running.remove();
            hear(new AttemptStarted(over.jobId(), over.attempt(), over.workerId(), over.origin(), 1, 0));
            hear(new AttemptSucceeded(
                    over.jobId(), over.attempt(), over.workerId(), MODEL, Map.of(), Completion.ALL_EPOCHS, 1));
            hear(new JobSealed(over.jobId(), now));
        }
    }
}
