package io.deeptrain.worker.adapter.runtime;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.adapter.nvidia.NvidiaDriver;
import io.deeptrain.worker.gpu.GpuHealth;
import io.deeptrain.worker.gpu.GpuHealth.Healthy;
import io.deeptrain.worker.gpu.GpuHealth.PartlyBroken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a real program, which answers what is written here. */
@Timeout(60)
class GpuWatchTest {
    private static final GpuHealth SECOND_IS_HOT =
            new PartlyBroken(List.of(0), List.of("GPU 1 (GPU-2) is at 97 degrees Celsius, 95 is too hot"));

    @TempDir
    Path folder;

    private final BlockingQueue<GpuHealth> heard = new LinkedBlockingQueue<>();

    @BeforeEach
    void quietLog() throws IOException {
        program("dmesg", ":");
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve(name + ".new"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(file, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private void secondIsAt(int celsius) throws IOException {
        program("nvidia-smi", """
                echo "0, GPU-1, 00000000:3B:00.0, NVIDIA T4, 15360, 3, 41, 0"
                echo "1, GPU-2, 00000000:AF:00.0, NVIDIA T4, 15360, 3, %d, 0\"""".formatted(celsius));
    }

    private GpuWatch watch(Duration interval) {
        return new GpuWatch(new NvidiaDriver(folder, List.of("0", "1"))::health, interval);
    }

    @Test
    void a_gpu_that_breaks_is_told_and_so_is_that_it_is_back() throws Exception {
        secondIsAt(97);
        try (GpuWatch watch = watch(Duration.ofMillis(5))) {
            watch.start(heard::add);
            assertThat(heard.poll(20, SECONDS)).isEqualTo(SECOND_IS_HOT);
            assertThat(watch.known()).isEqualTo(SECOND_IS_HOT);
            secondIsAt(60);
            assertThat(heard.poll(20, SECONDS)).isEqualTo(new Healthy());
            assertThat(watch.known()).isEqualTo(new Healthy());
        }
    }

    @Test
    void who_asks_before_an_attempt_is_answered_after_the_change_was_told() throws Exception {
        secondIsAt(60);
        try (GpuWatch watch = watch(Duration.ofDays(1))) {
            watch.start(heard::add);
            assertThat(watch.health()).isEqualTo(new Healthy());
            assertThat(heard).isEmpty();
            secondIsAt(97);
            assertThat(watch.known()).isEqualTo(new Healthy());
            assertThat(watch.health()).isEqualTo(SECOND_IS_HOT);
            assertThat(heard).containsExactly(SECOND_IS_HOT);
        }
    }
}
