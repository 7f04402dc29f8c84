package io.deeptrain.standalone.adapter.process;

import io.deeptrain.localservers.adapter.process.Waiting;
import io.deeptrain.standalone.Home;
import io.deeptrain.standalone.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** {@code deeptrain up} as a user runs it: a process of its own. Whatever it started is gone after {@link #close}. */
final class RunningLauncher implements AutoCloseable {
    static final Duration READY_MAX = Duration.ofMinutes(2);
    private static final Duration RESTARTED_MAX = Duration.ofSeconds(90);
    private static final Duration STOPPED_MAX = Duration.ofSeconds(40);

    private final Home home;
    private final Path output;
    private final Process process;
    private final HttpClient http = HttpClient.newHttpClient();

    private RunningLauncher(Home home, Path output, Process process) {
        this.home = home;
        this.output = output;
        this.process = process;
    }

    /** Where and whether a part runs. */
    record Running(long pid, int port) {
        boolean isAlive() {
            return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
        }
    }

    static RunningLauncher start(Home home, Path project, int port) throws IOException {
        return start(home, project, port, Map.of());
    }

    /**
     * The same.
     *
     * @param settings for the services, as the environment has them
     */
    static RunningLauncher start(Home home, Path project, int port, Map<String, String> settings) throws IOException {
        Files.createDirectories(home.folder());
        Path output = Files.createTempFile(home.folder(), "launcher", ".out");
        ProcessBuilder builder = command(home, project, "up").redirectOutput(output.toFile());
        builder.environment().putAll(settings);
        builder.environment().put("DEEPTRAIN_PORT", String.valueOf(port));
        return new RunningLauncher(home, output, builder.start());
    }

    /** What {@code deeptrain down} says when no launcher runs. */
    static String down(Home home) throws IOException, InterruptedException {
        Process down = command(home, home.folder(), "down").start();
        String said = new String(down.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        down.waitFor();
        return said;
    }

    private static ProcessBuilder command(Home home, Path project, String command) {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "-Ddeeptrain.project=" + project,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        command)
                .redirectErrorStream(true);
        builder.environment().put("DEEPTRAIN_HOME", home.folder().toString());
        return builder;
    }

    RunningLauncher awaitReady() throws InterruptedException {
        Waiting.until(() -> isReady() || !process.isAlive(), READY_MAX);
        if (!isReady()) {
            throw new AssertionError("not ready: " + output());
        }
        return this;
    }

    /** The launcher before it may have been killed, and then its word that it is ready still lies there. */
    private boolean isReady() {
        try {
            return process.isAlive()
                    && Files.exists(home.ready())
                    && Files.readString(home.launcherPid()).strip().equals(String.valueOf(process.pid()));
        } catch (NoSuchFileException notYet) {
            return false;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What it says when it ends by itself. */
    String awaitRefusal() throws InterruptedException {
        if (!process.waitFor(READY_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still runs: " + output());
        }
        return output();
    }

    Map<Part, Running> parts() {
        Map<Part, Running> parts = new EnumMap<>(Part.class);
        try {
            for (String line : Files.readAllLines(home.processes())) {
                List<String> words = List.of(line.split(" ", -1));
                parts.put(
                        Part.valueOf(words.get(0).toUpperCase(Locale.ROOT).replace('-', '_')),
                        new Running(Long.parseLong(words.get(1)), Integer.parseInt(words.get(2))));
            }
        } catch (NoSuchFileException notRunning) {
            return Map.of();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return parts;
    }

    Running part(Part part) {
        return Optional.ofNullable(parts().get(part)).orElseThrow();
    }

    /**
     * {@code kill -9} of one part, and of the database server itself where that is another process than its watcher.
     */
    void kill(Part part) throws IOException, InterruptedException {
        Running before = part(part);
        kill(part == Part.POSTGRES ? postmaster() : before.pid());
        boolean again = Waiting.until(() -> part(part).pid() != before.pid() && serves(part), RESTARTED_MAX);
        if (!again) {
            throw new AssertionError(part + " was not started again: " + output());
        }
    }

    /** {@code kill -9} of the launcher, which nobody starts again. */
    void killLauncher() throws InterruptedException {
        kill(process.pid());
        process.waitFor();
    }

    long postmaster() throws IOException {
        return Long.parseLong(Files.readAllLines(home.postgres().resolve("postmaster.pid"))
                .getFirst()
                .strip());
    }

    /** Asks it to stop, as the terminal and {@code deeptrain down} do. */
    Duration stop() throws InterruptedException {
        long startedNanos = System.nanoTime();
        process.destroy();
        if (!process.waitFor(STOPPED_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("does not stop: " + output());
        }
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    URI url(String path) {
        return URI.create("http://127.0.0.1:" + part(Part.API_SERVICE).port() + path);
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private boolean serves(Part part) {
        return part.isService()
                ? Launcher.answers(http, part(part).port())
                : Files.exists(home.logs().resolve(part.partName() + ".ready"));
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        Map<Part, Running> started = parts();
        try {
            process.destroy();
            if (!process.waitFor(STOPPED_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        started.values().stream().filter(Running::isAlive).forEach(left -> kill(left.pid()));
        http.close();
    }
}
