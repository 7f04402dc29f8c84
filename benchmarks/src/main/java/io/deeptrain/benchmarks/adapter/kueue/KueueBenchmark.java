package io.deeptrain.benchmarks.adapter.kueue;

import io.deeptrain.benchmarks.adapter.platform.Platform;
import io.deeptrain.benchmarks.adapter.platform.Service;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.standalone.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Kueue's own performance tests in real time: one real scheduler, a real broker and a real PostgreSQL, and workers and
 * a front door that are played. Beside each figure stands what Kueue's maintainers measure of theirs, which has the API
 * server of Kubernetes where ours has broker and database.
 */
public final class KueueBenchmark {
    private static final Duration AT_MOST = Duration.ofMinutes(10);
    private static final double MILLIS_PER_SECOND = 1000;
    private static final int PERCENT = 100;

    /** The means of Kueue's periodic runs, as its files of expected ranges give them. */
    private static final List<Anchor> ANCHORS =
            List.of(new Anchor("baseline", 351.1, 55.9), new Anchor("large-scale", 1179.4, 38.6));

    private record Anchor(String config, double seconds, double usage) {}

    private KueueBenchmark() {}

    /**
     * A folder with {@code baseline-generator.yaml} and {@code large-scale-generator.yaml}; then names of some, or all.
     */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        List<String> asked = List.of(arguments).subList(1, arguments.length);
        for (Anchor anchor : ANCHORS) {
            if (asked.isEmpty() || asked.contains(anchor.config)) {
                Scenario scenario = Scenario.of(KueueConfig.read(folder.resolve(anchor.config + "-generator.yaml")));
                report(anchor, scenario, play(scenario));
            }
        }
    }

    private static Playing.Result play(Scenario scenario) throws Exception {
        try (Platform platform = Platform.open();
                Service _ = platform.startLarge(
                                Part.SCHEDULER,
                                Map.of(
                                        "DEEPTRAIN_SCHEDULER_SHARED_WORKERS",
                                        "true",
                                        "QUARKUS_CONFIG_LOCATIONS",
                                        settings(platform, scenario).toString()))
                        .awaitReady();
                KafkaEventLog log = new KafkaEventLog(platform.kafka());
                Playing playing = new Playing(scenario.gpus(), platform.kafka(), log)) {
            playing.play(scenario.rehearsal(), AT_MOST);
            return playing.play(scenario, AT_MOST);
        }
    }

    private static Path settings(Platform platform, Scenario scenario) throws IOException {
        return Files.write(platform.folder().resolve("queues.properties"), scenario.settings());
    }

    private static void report(Anchor anchor, Scenario scenario, Playing.Result result) {
        double seconds = result.took().toMillis() / MILLIS_PER_SECOND;
        double ideal = scenario.work() / MILLIS_PER_SECOND / scenario.gpus();
        System.out.printf(
                "%s: %,d jobs on %,d GPUs in %.1f s (Kueue: %.1f s, ratio %.3f); at least %.1f s of work%n",
                anchor.config,
                scenario.arrivals().size(),
                scenario.gpus(),
                seconds,
                anchor.seconds,
                seconds / anchor.seconds,
                ideal);
        System.out.printf("  GPUs in use: %.1f %% (Kueue: %.1f %%)%n", PERCENT * ideal / seconds, anchor.usage);
        result.waits()
                .forEach((name, waits) -> System.out.printf(
                        "  %-8s admitted after %,d ms (mean of %,d)%n", name, waits.mean(), waits.jobs()));
    }
}
