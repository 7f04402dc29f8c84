package io.deeptrain.localservers.adapter.postgres;

import io.deeptrain.localservers.adapter.process.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The server process that a data folder names as its own; it may have outlived whoever started it. */
record Postmaster(long pid, Path data) {
    private static final Duration FAST_STOP_MAX = Duration.ofSeconds(8);
    private static final Duration KILL_MAX = Duration.ofSeconds(5);
    private static final Duration LOOK_EVERY = Duration.ofHours(1);

    static Optional<Postmaster> of(Path data) {
        try {
            List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"), StandardCharsets.UTF_8);
            Postmaster named = new Postmaster(Long.parseLong(lines.getFirst().strip()), data);
            return named.isAlive() ? Optional.of(named) : Optional.empty();
        } catch (NoSuchFileException neverStarted) {
            return Optional.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Asks for a fast shutdown, which does not wait for clients; kills what does not obey. */
    void stop() {
        try {
            signal("INT");
            if (!Waiting.until(() -> !isAlive(), FAST_STOP_MAX)) {
                signal("KILL");
                Waiting.until(() -> !isAlive(), KILL_MAX);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void awaitEnd() throws InterruptedException {
        while (!Waiting.until(() -> !isAlive(), LOOK_EVERY)) {
            // The server lives; look for another hour.
        }
    }

    /** Whether the process runs and is the server of this folder: a process id may since belong to somebody else. */
    private boolean isAlive() {
        Path process = Path.of("/proc", String.valueOf(pid));
        try {
            // A process that ended but whose parent has not asked for its status keeps its entry, without a command.
            String command = Files.readString(process.resolve("cmdline"), StandardCharsets.UTF_8);
            return command.contains("postgres") && command.contains(data.toString());
        } catch (IOException gone) {
            return false;
        }
    }

    private void signal(String name) throws InterruptedException {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(KILL_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
