package io.deeptrain.worker.adapter.nvidia;

import io.deeptrain.worker.gpu.GpuHealth;
import io.deeptrain.worker.gpu.GpuReading;
import io.deeptrain.worker.gpu.XidClass;
import io.deeptrain.worker.gpu.XidError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * NVIDIA's driver, asked through its own program and the kernel's log. A machine without the program has no GPUs of
 * theirs; a log that may not be read has no errors.
 */
public final class NvidiaDriver {
    private static final Logger LOG = Logger.getLogger(NvidiaDriver.class);
    private static final long ANSWER_SECONDS = 20;

    private final Path folder;
    private final List<String> visible;
    private List<GpuReading> before = List.of();

    private boolean isLogMissed;

    /** Of what breaks nothing, once each. */
    private final Set<XidError> told = new HashSet<>();

    /**
     * A driver whose programs lie in a folder.
     *
     * @param folder with {@code nvidia-smi} and {@code dmesg}, as in {@code /usr/bin}
     * @param visible names of the GPUs that matter, as {@code CUDA_VISIBLE_DEVICES} has them
     */
    public NvidiaDriver(Path folder, List<String> visible) {
        this.folder = folder;
        this.visible = List.copyOf(visible);
    }

    /** How those GPUs are now. If the program does not answer as it should, its devices may hang. */
    public synchronized GpuHealth health() throws InterruptedException {
        if (!Files.isExecutable(folder.resolve("nvidia-smi"))) {
            return new GpuHealth.Healthy();
        }
        List<GpuReading> readings;
        try {
            readings = GpuReading.parse(
                    answer("nvidia-smi", "--query-gpu=" + GpuReading.COLUMNS, "--format=csv,noheader,nounits"));
        } catch (IOException | IllegalArgumentException failed) {
            return GpuHealth.unread(String.valueOf(failed.getMessage()), errors(), before);
        }
        GpuHealth health = GpuHealth.of(readings, errors(), visible, before);
        List<GpuReading> own = GpuHealth.own(readings, visible);
        if (!own.isEmpty()) {
            before = own;
        }
        return health;
    }

    private List<XidError> errors() throws InterruptedException {
        try {
            List<XidError> errors = XidError.in(answer("dmesg"));
            errors.stream()
                    .filter(error -> error.kind() == XidClass.WORN)
                    .filter(told::add)
                    .forEach(error -> LOG.warnf("%s; training goes on", error.told()));
            return errors;
        } catch (IOException forbidden) {
            if (!isLogMissed) {
                isLogMissed = true;
                LOG.infof("Xid errors are not seen, for the kernel's log cannot be read: %s", forbidden.getMessage());
            }
            return List.of();
        }
    }

    private String answer(String program, String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile("deeptrain-" + program, ".txt");
        try {
            List<String> command =
                    new ArrayList<>(List.of(folder.resolve(program).toString()));
            command.addAll(List.of(arguments));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("%s did not answer within %d s".formatted(program, ANSWER_SECONDS));
            }
            String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException("%s ended with %d: %s".formatted(program, process.exitValue(), text.strip()));
            }
            return text;
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
