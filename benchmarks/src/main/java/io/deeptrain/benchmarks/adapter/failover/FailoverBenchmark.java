package io.deeptrain.benchmarks.adapter.failover;

import io.deeptrain.benchmarks.adapter.platform.Platform;
import io.deeptrain.benchmarks.adapter.platform.Service;
import io.deeptrain.localservers.adapter.postgres.ServerAddress;
import io.deeptrain.localservers.adapter.process.Waiting;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.standalone.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Four real schedulers and a real billing on a real PostgreSQL and a real broker. While a thousand small jobs run on
 * workers that only pretend to train, whoever leads is killed every few seconds, and another one started. Told is how
 * long it took until something was assigned again; and looked for is what must never be: a job that is lost, ended
 * twice, or billed for anything but what its meter read.
 */
public final class FailoverBenchmark {
    private static final int SCHEDULERS = 4;
    private static final int WORKERS = 12;
    private static final int JOBS = 1_000;
    private static final Duration TRAINING = Duration.ofMillis(1_500);
    private static final Duration KILL_EVERY = Duration.ofSeconds(6);
    private static final Duration END_MAX = Duration.ofMinutes(20);
    private static final Duration POSTED_MAX = Duration.ofMinutes(2);
    private static final Path RECONCILIATION = Path.of("billing/src/main/resources/reconciliation.sql");

    /** A standby answers 503. */
    private static final String ASKED_OF_LEADER = "/queue/jobs/none";

    private static final int NO_SUCH_JOB = 404;

    private final Platform platform;
    private final List<Service> schedulers = new ArrayList<>();
    private final List<Instant> kills = new ArrayList<>();

    private FailoverBenchmark(Platform platform) {
        this.platform = platform;
    }

    /** How many jobs, if not a thousand. */
    public static void main(String[] arguments) throws Exception {
        int jobs = arguments.length == 0 ? JOBS : Integer.parseInt(arguments[0]);
        try (Platform platform = Platform.open();
                Service billing = platform.start(Part.BILLING, Map.of()).awaitReady()) {
            System.out.printf(
                    "%d schedulers, %d workers, %,d jobs of %s; the leader is killed every %s; billing at %s%n",
                    SCHEDULERS, WORKERS, jobs, TRAINING, KILL_EVERY, billing.base());
            FailoverBenchmark benchmark = new FailoverBenchmark(platform);
            boolean posted;
            try {
                posted = benchmark.run(jobs);
            } finally {
                benchmark.schedulers.forEach(Service::close);
            }
            benchmark.report(jobs, posted);
        }
    }

    /** Answers whether all was posted in time. */
    private boolean run(int jobs) throws IOException, InterruptedException, SQLException {
        for (int n = 0; n < SCHEDULERS; n++) {
            schedulers.add(platform.start(Part.SCHEDULER, Map.of()));
        }
        for (Service scheduler : schedulers) {
            scheduler.awaitReady();
        }
        List<StandInWorker> workers = new ArrayList<>();
        try (KafkaEventLog log = new KafkaEventLog(platform.kafka());
                KafkaEventLog workersLog = new KafkaEventLog(platform.kafka());
                StandInFrontDoor door = new StandInFrontDoor(platform.kafka(), log)) {
            for (int n = 0; n < WORKERS; n++) {
                workers.add(new StandInWorker("worker-" + n, TRAINING, platform.kafka(), workersLog));
            }
            door.ask(jobs, TRAINING);
            killUntilAllEnded(door, jobs);
        } finally {
            workers.forEach(StandInWorker::close);
        }
        return Waiting.until(() -> postedJobs() == jobs, POSTED_MAX);
    }

    private void killUntilAllEnded(StandInFrontDoor door, int jobs) throws IOException {
        Instant giveUpAt = Instant.now().plus(END_MAX);
        Instant killAt = Instant.now().plus(KILL_EVERY);
        int ended = door.serve();
        while (ended < jobs) {
            if (Instant.now().isAfter(giveUpAt)) {
                System.out.printf("given up after %s: %,d of %,d jobs have ended%n", END_MAX, ended, jobs);
                return;
            }
            if (Instant.now().isAfter(killAt)) {
                killLeader();
                killAt = Instant.now().plus(KILL_EVERY);
            }
            ended = door.serve();
        }
    }

    /** Another one is started at once, as an orchestrator would. While nobody leads nobody is killed. */
    private void killLeader() throws IOException {
        Optional<Service> leader = schedulers.stream()
                .filter(scheduler -> scheduler.statusOf(ASKED_OF_LEADER) == NO_SUCH_JOB)
                .findFirst();
        if (leader.isPresent()) {
            kills.add(Instant.now());
            leader.get().kill();
            schedulers.remove(leader.get());
            schedulers.add(platform.start(Part.SCHEDULER, Map.of()));
        }
    }

    private void report(int jobs, boolean posted) throws IOException, SQLException {
        Verdict verdict = Verdict.of(platform.kafka());
        List<Long> waits = verdict.millisToNextAssignment(kills);
        System.out.printf(
                "%d leaders killed; %,d jobs told of, %,d attempts, lost ones by cause %s, %,d seconds billed, milliseconds free %s, all posted: %s%n",
                kills.size(),
                verdict.jobs(),
                verdict.attempts(),
                verdict.requeued(),
                verdict.billedSeconds(),
                verdict.freeMillis(),
                posted);
        System.out.printf(
                "to the next assignment after a kill: median %d ms, 90 %% %d ms, 99 %% %d ms (%d kills with one)%n",
                quantile(waits, 0.5), quantile(waits, 0.9), quantile(waits, 0.99), waits.size());
        List<String> faults = new ArrayList<>(verdict.faults());
        if (verdict.jobs() != jobs) {
            faults.add("%,d jobs were asked for, %,d are told of".formatted(jobs, verdict.jobs()));
        }
        rows(Files.readString(RECONCILIATION, StandardCharsets.UTF_8))
                .forEach(row -> faults.add("the books do not agree: " + row));
        System.out.printf("faults: %d%n", faults.size());
        faults.stream().limit(20).forEach(System.out::println);
        if (!faults.isEmpty() || !posted) {
            System.exit(1);
        }
    }

    private static long quantile(List<Long> ascending, double share) {
        return ascending.isEmpty() ? -1 : ascending.get((int) Math.ceil(share * ascending.size()) - 1);
    }

    private long postedJobs() {
        try {
            return Long.parseLong(
                    rows("select count(distinct job_id) from billing.ledger_tx").getFirst());
        } catch (SQLException notYet) {
            return 0;
        }
    }

    private List<String> rows(String sql) throws SQLException {
        ServerAddress database = platform.database();
        try (Connection connection = DriverManager.getConnection(
                        database.jdbcUrl("deeptrain"), database.superuser(), database.superuserPassword());
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (found.next()) {
                List<String> columns = new ArrayList<>();
                for (int column = 1; column <= found.getMetaData().getColumnCount(); column++) {
                    columns.add(found.getString(column));
                }
                rows.add(String.join(" ", columns));
            }
            return rows;
        }
    }
}
