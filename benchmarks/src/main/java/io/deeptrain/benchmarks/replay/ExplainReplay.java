package io.deeptrain.benchmarks.replay;

import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import io.deeptrain.scheduler.explain.Explainer;
import io.deeptrain.scheduler.explain.Explanation;
import io.deeptrain.scheduler.explain.Promises;
import io.deeptrain.scheduler.explain.StartTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Explanations of the jobs that wait in a replayed trace, against what then happens: how often a job starts within the
 * promised bounds, how far the expected start is off, how long an explanation takes, and whether each has a reason and
 * a change.
 */
public final class ExplainReplay {
    private static final Duration LOOK_INTERVAL = Duration.ofHours(4);
    private static final double NANOS_PER_MILLI = 1e6;

    private ExplainReplay() {}

    /** Prints a line for each cluster. */
    public static void main(String[] arguments) throws IOException {
        TraceFolder folder = TraceFolder.of(arguments, "benchmarks/run explain");
        System.out.printf(
                "Each waiting job is asked every four hours; estimates are wrong by up to %.0f %%.%n",
                100 * Replay.ESTIMATE_ERROR);
        for (ItpReplay.Anchor anchor : ItpReplay.ANCHORS) {
            Looks looks = new Looks();
            EngineReplay.run(folder.itp(anchor.trace()), anchor.gpus(), 1, looks);
            System.out.printf("  %s, %3d GPUs: %s%n", anchor.trace(), anchor.gpus(), looks);
        }
    }

    /** What was promised of one job. */
    private record Promise(JobId jobId, Instant asOf, StartTime start, boolean isFirst) {}

    /** What came of it. */
    private record Kept(Promise promise, Instant startedAt) {
        boolean isWithinBounds() {
            return !startedAt.isBefore(promise.start.low()) && !startedAt.isAfter(promise.start.high());
        }

        /** Against the wait that was left. */
        double relativeError() {
            double waited =
                    Math.max(1, Duration.between(promise.asOf, startedAt).toSeconds());
            return Math.abs(Duration.between(startedAt, promise.start.at()).toSeconds()) / waited;
        }
    }

    private static final class Looks implements EngineReplay.Watcher {
        private final Promises promises = new Promises();
        private final Map<JobId, List<Promise>> open = new HashMap<>();
        private final Set<JobId> asked = new HashSet<>();
        private final List<Kept> kept = new ArrayList<>();
        private final List<Double> firstMillis = new ArrayList<>();
        private final List<Double> eachMillis = new ArrayList<>();
        private Instant lookedAt = Instant.MIN;
        private long explained;
        private long complete;
        private long promised;
        private int deepest;

        @Override
        public void started(JobId jobId, Instant at) {
            promises.started(jobId, at);
            List<Promise> told = open.remove(jobId);
            if (told != null) {
                told.forEach(promise -> kept.add(new Kept(promise, at)));
            }
        }

        @Override
        public void after(SchedulerEngine engine, Instant now) {
            if (engine.readyCount() > 0 && lookedAt.plus(LOOK_INTERVAL).isBefore(now)) {
                lookedAt = now;
                look(engine.snapshot());
            }
        }

        private void look(EngineSnapshot snapshot) {
            long begin = System.nanoTime();
            Explainer explainer = new Explainer(snapshot, promises::calibrated);
            List<JobId> waiting = explainer.inOrder();
            deepest = Math.max(deepest, waiting.size());
            for (int number = 0; number < waiting.size(); number++) {
                Explanation explanation = explainer.explain(waiting.get(number)).orElseThrow();
                if (number == 0) {
                    firstMillis.add((System.nanoTime() - begin) / NANOS_PER_MILLI);
                }
                count(explanation, snapshot.now());
            }
            eachMillis.add((System.nanoTime() - begin) / NANOS_PER_MILLI / waiting.size());
            promises.look(snapshot.now(), explainer.forecasts());
        }

        private void count(Explanation explanation, Instant asOf) {
            explained++;
            if (!explanation.reason().words().isBlank() && explanation.change().isEnough()) {
                complete++;
            }
            boolean isFirst = asked.add(explanation.jobId());
            explanation.start().ifPresent(start -> {
                promised++;
                open.computeIfAbsent(explanation.jobId(), _ -> new ArrayList<>())
                        .add(new Promise(explanation.jobId(), asOf, start, isFirst));
            });
        }

        @Override
        public String toString() {
            return "%,d explanations, %.1f %% with a start; all: %s; when first asked: %s; %.1f %% with reason and change; %.2f ms each, %.0f ms the first of a look, at most %d waiting"
                    .formatted(
                            explained,
                            100.0 * promised / explained,
                            accuracy(kept),
                            accuracy(kept.stream()
                                    .filter(each -> each.promise.isFirst)
                                    .toList()),
                            100.0 * complete / explained,
                            median(eachMillis),
                            median(firstMillis),
                            deepest);
        }

        private static String accuracy(List<Kept> some) {
            long within = some.stream().filter(Kept::isWithinBounds).count();
            return "%,d starts, %.1f %% within bounds, median error %.1f %%"
                    .formatted(
                            some.size(),
                            100.0 * within / some.size(),
                            100 * median(some.stream().map(Kept::relativeError).toList()));
        }

        private static double median(List<Double> values) {
            List<Double> sorted = values.stream().sorted().toList();
            return sorted.isEmpty() ? Double.NaN : sorted.get(sorted.size() / 2);
        }
    }
}
