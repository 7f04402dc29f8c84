package io.deeptrain.worker.adapter.process;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How the process of a rank is started: the Java that runs this process, with the same classes and limits of memory, on
 * the rank's own device.
 *
 * @param devices names of the GPUs by place, as {@code CUDA_VISIBLE_DEVICES} has them; none on a machine without
 */
record RankCommandLine(List<String> devices) {
    private static final String PACKAGED = "quarkus-run.jar";

    /** What a rank must have as its worker has it. */
    private static final List<String> INHERITED =
            List.of("-Xmx", "-XX:MaxRAMPercentage=", "-XX:MaxDirectMemorySize=", "-Dai.djl.");

    RankCommandLine {
        devices = List.copyOf(devices);
    }

    ProcessBuilder of(int place) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> INHERITED.stream().anyMatch(argument::startsWith))
                .forEach(command::add);
        command.addAll(List.of("-cp", classPath(System.getProperty("java.class.path", "")), RankMain.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command);
        if (!devices.isEmpty()) {
            builder.environment().put("CUDA_VISIBLE_DEVICES", devices.get(place));
        }
        return builder;
    }

    /** The packaged worker's own class path is one jar, which finds the others by itself. */
    static String classPath(String own) {
        if (!own.endsWith(PACKAGED)) {
            return own;
        }
        Path folder = Path.of(own).toAbsolutePath().getParent();
        return Stream.of("app", "lib/main", "lib/boot")
                .map(part -> folder + File.separator + part + File.separator + "*")
                .reduce((left, right) -> left + File.pathSeparator + right)
                .orElseThrow();
    }
}
