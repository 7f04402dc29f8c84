package io.deeptrain.localservers.adapter.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A child process that runs a main class of this class path and says by a file that it is ready.
 *
 * <p>The child is told the file by the system property {@value #READY_FILE}. It calls {@link #reportReady()} once.
 */
public final class ChildJvm implements AutoCloseable {
    static final String READY_FILE = "deeptrain.ready.file";
    private static final Duration STOP_MAX = Duration.ofSeconds(20);

    private final String name;
    private final Process process;
    private final Path readyFile;
    private final Path log;

    private ChildJvm(String name, Process process, Path readyFile, Path log) {
        this.name = name;
        this.process = process;
        this.readyFile = readyFile;
        this.log = log;
    }

    /** Starts the child; its output is appended to {@code name.log} in the folder. */
    public static ChildJvm start(
            String name, Path folder, Class<?> main, List<String> jvmOptions, List<String> arguments) {
        Path readyFile = folder.resolve(name + ".ready");
        Path log = folder.resolve(name + ".log");
        try {
            Files.createDirectories(folder);
            Files.deleteIfExists(readyFile);
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmOptions);
            command.add("-D" + READY_FILE + "=" + readyFile);
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
            command.addAll(arguments);
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            return new ChildJvm(name, process, readyFile, log);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** In the child: tells whoever started it that it serves. */
    public static void reportReady() throws IOException {
        String readyFile = System.getProperty(READY_FILE);
        if (readyFile != null) {
            Files.createFile(Path.of(readyFile));
        }
    }

    /** Whether the child became ready; it is not if it died or took longer than the limit. */
    public boolean awaitReady(Duration limit) throws InterruptedException {
        Waiting.until(() -> isReady() || !process.isAlive(), limit);
        return isReady() && process.isAlive();
    }

    public boolean isReady() {
        return Files.exists(readyFile);
    }

    public Process process() {
        return process;
    }

    public Path log() {
        return log;
    }

    /** Asks the child to stop; after a limit it is killed. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return name + " (pid " + process.pid() + ")";
    }
}
