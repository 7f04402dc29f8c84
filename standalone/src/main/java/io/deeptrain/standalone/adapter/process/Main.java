package io.deeptrain.standalone.adapter.process;

import io.deeptrain.standalone.Home;
import io.deeptrain.standalone.Part;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What {@code ./deeptrain up}, {@code down} and {@code status} run. Settings: {@code DEEPTRAIN_HOME},
 * {@code DEEPTRAIN_PORT} and the system property {@code deeptrain.project}, the checkout.
 */
public final class Main {
    private static final int DEFAULT_PORT = 8080;
    private static final int PORT_MAX = 65_535;

    private Main() {}

    public static void main(String[] arguments) throws IOException, InterruptedException, SQLException {
        try {
            String command = arguments.length == 1 ? arguments[0] : "";
            switch (command) {
                case "up" -> new Launcher(home(), project(), port(), System.out).up();
                case "down" -> down();
                case "status" -> System.exit(status() ? 0 : 1);
                default -> throw new UsageException("Expected up, down or status.");
            }
        } catch (UsageException problem) {
            System.err.println("deeptrain: " + problem.getMessage());
            System.exit(1);
        }
    }

    /** A launcher that runs is asked to stop by a signal; this is for what a killed one left. */
    private static void down() throws IOException, UsageException {
        Home home = home();
        boolean left = Files.exists(home.processes());
        if (left) {
            new Launcher(home, home.folder(), DEFAULT_PORT, System.out).clearAway();
        }
        System.out.println(left ? "Stopped what a killed launcher had left." : "DeepTrain does not run.");
    }

    private static boolean status() throws IOException {
        Path processes = home().processes();
        if (!Files.exists(processes)) {
            System.out.println("DeepTrain does not run. ./deeptrain up starts it.");
            return false;
        }
        boolean allWell = true;
        try (HttpClient http =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build()) {
            for (String line : Files.readAllLines(processes)) {
                List<String> words = List.of(line.split(" ", -1));
                Part part = Part.valueOf(words.get(0).toUpperCase(Locale.ROOT).replace('-', '_'));
                long pid = Long.parseLong(words.get(1));
                int port = Integer.parseInt(words.get(2));
                boolean alive =
                        ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
                boolean well = alive && (!part.isService() || Launcher.answers(http, port));
                String state = well ? "up" : alive ? "not ready" : "down";
                System.out.printf("%-12s %-10s process %-8d port %d%n", part.partName(), state, pid, port);
                allWell &= well;
            }
        }
        return allWell;
    }

    private static Home home() {
        String chosen = System.getenv("DEEPTRAIN_HOME");
        return new Home(
                chosen == null || chosen.isBlank()
                        ? Path.of(System.getProperty("user.home"), ".deeptrain")
                        : Path.of(chosen).toAbsolutePath());
    }

    private static Path project() throws UsageException {
        String project = System.getProperty("deeptrain.project");
        if (project == null) {
            throw new UsageException("The system property deeptrain.project must name the checkout.");
        }
        return Path.of(project).toAbsolutePath();
    }

    private static int port() throws UsageException {
        String chosen = System.getenv("DEEPTRAIN_PORT");
        if (chosen == null || chosen.isBlank()) {
            return DEFAULT_PORT;
        }
        try {
            int port = Integer.parseInt(chosen.strip());
            if (port >= 1 && port <= PORT_MAX) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below, together with a number out of range.
        }
        throw new UsageException("DEEPTRAIN_PORT is %s but must be a number from 1 to %d.".formatted(chosen, PORT_MAX));
    }
}
