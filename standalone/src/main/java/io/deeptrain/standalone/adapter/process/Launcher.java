package io.deeptrain.standalone.adapter.process;

import io.deeptrain.localservers.RolePasswords;
import io.deeptrain.localservers.adapter.kafka.LocalKafka;
import io.deeptrain.localservers.adapter.postgres.LocalPostgres;
import io.deeptrain.localservers.adapter.process.ChildJvm;
import io.deeptrain.localservers.adapter.process.FreePort;
import io.deeptrain.localservers.adapter.process.Waiting;
import io.deeptrain.standalone.Home;
import io.deeptrain.standalone.Part;
import io.deeptrain.standalone.ServicePlan;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts PostgreSQL, Kafka and the four services, watches them and starts again whatever dies, and stops them in order.
 * Everything listens on the loopback interface only.
 */
final class Launcher {
    private static final Duration SERVER_READY_MAX = Duration.ofSeconds(90);
    private static final Duration SERVICE_READY_MAX = Duration.ofSeconds(90);
    private static final Duration SERVICE_STOP_MAX = Duration.ofSeconds(8);
    private static final Duration SERVER_STOP_MAX = Duration.ofSeconds(12);
    private static final Duration ASK_MAX = Duration.ofSeconds(2);
    private static final Duration WATCH_EVERY = Duration.ofMillis(100);
    private static final String DATABASE = "deeptrain";

    private final Home home;
    private final Path project;
    private final int publicPort;
    private final PrintStream out;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ASK_MAX).build();
    private final Map<Part, SupervisedPart> parts = new EnumMap<>(Part.class);
    private volatile boolean stopping;

    Launcher(Home home, Path project, int publicPort, PrintStream out) {
        this.home = home;
        this.project = project;
        this.publicPort = publicPort;
        this.out = out;
    }

    /** Runs until this process is asked to end. */
    void up() throws IOException, InterruptedException, SQLException, UsageException {
        long startedNanos = System.nanoTime();
        createFolders();
        try (FileChannel channel = FileChannel.open(home.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = lock(channel)) {
            Files.deleteIfExists(home.ready());
            stopOrphans();
            if (!FreePort.isFree(publicPort)) {
                throw new UsageException("Port %d is in use; choose another one with DEEPTRAIN_PORT=9090, for example."
                        .formatted(publicPort));
            }
            Files.writeString(home.launcherPid(), ProcessHandle.current().pid() + "\n");
            Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
            Settings settings = Settings.load(home, publicPort);
            startServers(settings);
            startServices(new ServicePlan(home, project, settings.ports(), settings.passwords(), settings.key()));
            announce(startedNanos);
            watch();
        }
    }

    /** Stops what a killed launcher left behind, the database server included. */
    void clearAway() throws IOException, UsageException {
        createFolders();
        try (FileChannel channel = FileChannel.open(home.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = lock(channel)) {
            LocalPostgres.stopOrphan(home.postgres());
            stopOrphans();
            Files.deleteIfExists(home.ready());
            Files.deleteIfExists(home.launcherPid());
        }
    }

    private void createFolders() throws UsageException {
        try {
            for (Path folder :
                    List.of(home.run(), home.logs(), home.objects(), home.djlCache(), home.postgresBinaries())) {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            throw new UsageException("%s cannot be written (%s); choose another folder with DEEPTRAIN_HOME."
                    .formatted(home.folder(), e.getMessage()));
        }
    }

    private FileLock lock(FileChannel channel) throws IOException, UsageException {
        @Nullable FileLock lock = channel.tryLock();
        if (lock == null) {
            throw new UsageException("DeepTrain already runs in %s (process %s); ./deeptrain down stops it."
                    .formatted(
                            home.folder(), Files.readString(home.launcherPid()).strip()));
        }
        return lock;
    }

    /** After a kill of the launcher its services live on, without anybody who watches them. */
    private void stopOrphans() throws IOException {
        if (!Files.exists(home.processes())) {
            return;
        }
        for (String line : Files.readAllLines(home.processes())) {
            List<String> words = List.of(line.split(" ", -1));
            ProcessHandle.of(Long.parseLong(words.get(1)))
                    .filter(Launcher::isOurs)
                    .ifPresent(orphan -> {
                        orphan.destroyForcibly();
                        orphan.onExit()
                                .orTimeout(SERVER_STOP_MAX.toSeconds(), TimeUnit.SECONDS)
                                .join();
                    });
        }
        Files.delete(home.processes());
    }

    /** A process id may since belong to somebody else. */
    private static boolean isOurs(ProcessHandle process) {
        String command = process.info().commandLine().orElse("");
        return command.contains("quarkus-run.jar") || command.contains("io.deeptrain.localservers");
    }

    private void startServers(Settings settings)
            throws IOException, InterruptedException, SQLException, UsageException {
        Map<Part, Integer> ports = settings.ports();
        LocalPostgres[] postgres = new LocalPostgres[1];
        ChildJvm[] kafka = new ChildJvm[1];
        supervise(Part.POSTGRES, port(ports, Part.POSTGRES), () -> {
            postgres[0] = LocalPostgres.launch(
                    home.postgres(), home.postgresBinaries(), home.logs(), port(ports, Part.POSTGRES));
            return postgres[0].child().process();
        });
        supervise(Part.KAFKA, port(ports, Part.KAFKA), () -> {
            kafka[0] = LocalKafka.launch(home.kafka(), home.logs(), port(ports, Part.KAFKA), settings.controllerPort())
                    .child();
            return kafka[0].process();
        });
        long startedNanos = System.nanoTime();
        await(Part.POSTGRES, postgres[0].child().awaitReady(SERVER_READY_MAX), startedNanos);
        postgres[0].address().prepare(DATABASE, new RolePasswords(settings.passwords()));
        await(Part.KAFKA, kafka[0].awaitReady(SERVER_READY_MAX), startedNanos);
    }

    private static int port(Map<Part, Integer> ports, Part part) {
        return Optional.ofNullable(ports.get(part)).orElseThrow();
    }

    private void startServices(ServicePlan plan) throws IOException, InterruptedException, UsageException {
        for (Part service : Part.services()) {
            if (!Files.exists(plan.jar(service))) {
                throw new UsageException(
                        "%s is missing; build it with ./mvnw package -DskipTests.".formatted(plan.jar(service)));
            }
            supervise(service, plan.port(service), () -> start(plan, service));
        }
        long startedNanos = System.nanoTime();
        for (Part service : Part.services()) {
            SupervisedPart supervised = part(service);
            // Not asked once more: on a busy machine a service that has just answered may be late the next time.
            boolean answered = Waiting.until(
                    () -> isReady(supervised) || !supervised.process().isAlive(), SERVICE_READY_MAX);
            await(service, answered && supervised.process().isAlive(), startedNanos);
        }
    }

    private Process start(ServicePlan plan, Part service) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(plan.command(service));
        builder.environment().putAll(plan.environment(service));
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(service).toFile()))
                .start();
    }

    private void supervise(Part part, int port, SupervisedPart.Starter starter) throws IOException {
        synchronized (parts) {
            parts.put(part, new SupervisedPart(part, port, starter));
        }
        noteProcesses();
    }

    private SupervisedPart part(Part part) {
        synchronized (parts) {
            return Optional.ofNullable(parts.get(part)).orElseThrow();
        }
    }

    private void await(Part part, boolean ready, long startedNanos) throws UsageException {
        if (!ready) {
            throw new UsageException("%s did not start; the reason is in %s.".formatted(part.partName(), log(part)));
        }
        out.printf(" ✓ %-12s %5.1f s%n", part.partName(), (System.nanoTime() - startedNanos) / 1e9);
    }

    private boolean isReady(SupervisedPart service) {
        return answers(http, service.port());
    }

    /** Whether the service at the port says that it is ready. */
    static boolean answers(HttpClient http, int port) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/health/ready"))
                .timeout(ASK_MAX)
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Path log(Part part) {
        return home.logs().resolve(part.partName() + ".log");
    }

    private void announce(long startedNanos) throws IOException {
        String url = "http://localhost:" + publicPort;
        String text = """
                 Portal  %1$s/     API  %1$s/v2     Health  %1$s/q/health
                 Data    %2$s     Logs  %3$s
                Ready in %4$.1f s. ./deeptrain key prints the API key, ./deeptrain down stops everything.
                """.formatted(url, home.folder(), home.logs(), (System.nanoTime() - startedNanos) / 1e9);
        out.print(text);
        Path partial = home.run().resolve("ready.partial");
        Files.writeString(partial, text);
        Files.move(partial, home.ready(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void watch() throws IOException, InterruptedException {
        while (true) {
            synchronized (parts) {
                if (stopping) {
                    break;
                }
                for (SupervisedPart part : parts.values()) {
                    if (part.restartIfDead()) {
                        out.printf(
                                " ! %s died and was started again (process %d)%n",
                                part.part().partName(), part.process().pid());
                        noteProcesses();
                    }
                }
            }
            Waiting.until(() -> stopping, WATCH_EVERY);
        }
    }

    private void noteProcesses() throws IOException {
        StringBuilder lines = new StringBuilder();
        synchronized (parts) {
            for (SupervisedPart part : parts.values()) {
                lines.append("%s %d %d%n"
                        .formatted(part.part().partName(), part.process().pid(), part.port()));
            }
        }
        Path partial = home.run().resolve("processes.partial");
        Files.writeString(partial, lines);
        Files.move(partial, home.processes(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** First the services, all at once; then the broker, then the database, which the services use to the end. */
    private void stop() {
        synchronized (parts) {
            stopping = true;
            try {
                List<Thread> stops = parts.values().stream()
                        .filter(part -> part.part().isService())
                        .map(part -> Thread.ofVirtual().start(() -> stop(part, SERVICE_STOP_MAX)))
                        .toList();
                for (Thread stopped : stops) {
                    stopped.join();
                }
                for (Part server : List.of(Part.KAFKA, Part.POSTGRES)) {
                    Optional.ofNullable(parts.get(server)).ifPresent(part -> stop(part, SERVER_STOP_MAX));
                }
                Files.deleteIfExists(home.ready());
                Files.deleteIfExists(home.processes());
                Files.deleteIfExists(home.launcherPid());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                out.println("cannot tidy up " + home.run() + ": " + e.getMessage());
            }
        }
    }

    private static void stop(SupervisedPart part, Duration limit) {
        try {
            part.stop(limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
