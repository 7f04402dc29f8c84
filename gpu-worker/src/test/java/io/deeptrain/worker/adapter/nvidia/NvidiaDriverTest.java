package io.deeptrain.worker.adapter.nvidia;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.gpu.GpuHealth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real programs, which answer what is written here. */
class NvidiaDriverTest {
    @TempDir
    Path folder;

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void a_machine_without_the_program_is_well() throws Exception {
        assertThat(new NvidiaDriver(folder, List.of("0")).health()).isEqualTo(new GpuHealth.Healthy());
    }

    @Test
    void the_program_is_asked_for_the_columns_that_are_read() throws Exception {
        program("nvidia-smi", """
                [ "$1" = "--query-gpu=index,uuid,pci.bus_id,name,memory.total,memory.used,temperature.gpu,\
                ecc.errors.uncorrected.volatile.total" ] || exit 3
                [ "$2" = "--format=csv,noheader,nounits" ] || exit 4
                echo "0, GPU-1, 00000000:3B:00.0, NVIDIA T4, 15360, 3, 41, 0\"""");
        program("dmesg", "echo 'NVRM: Xid (PCI:0000:3b:00): 13, pid=1, Graphics Exception'");
        assertThat(new NvidiaDriver(folder, List.of("0")).health()).isEqualTo(new GpuHealth.Healthy());
        program("dmesg", "echo 'NVRM: Xid (PCI:0000:3b:00): 79, pid=1, GPU has fallen off the bus.'");
        assertThat(new NvidiaDriver(folder, List.of("0")).health()).isInstanceOf(GpuHealth.Broken.class);
        program("dmesg", "echo 'dmesg: read kernel buffer failed: Operation not permitted'; exit 1");
        assertThat(new NvidiaDriver(folder, List.of("0")).health()).isEqualTo(new GpuHealth.Healthy());
    }

    @Test
    void a_gpu_that_falls_off_the_bus_is_known_by_where_it_was() throws Exception {
        NvidiaDriver driver = new NvidiaDriver(folder, List.of("0", "1"));
        program("dmesg", ":");
        program("nvidia-smi", """
                echo "0, GPU-1, 00000000:3B:00.0, NVIDIA T4, 15360, 3, 41, 0"
                echo "1, GPU-2, 00000000:AF:00.0, NVIDIA T4, 15360, 3, 41, 0\"""");
        assertThat(driver.health()).isEqualTo(new GpuHealth.Healthy());
        program("nvidia-smi", "echo '0, GPU-1, 00000000:3B:00.0, NVIDIA T4, 15360, 3, 41, 0'");
        assertThat(driver.health())
                .isEqualTo(new GpuHealth.Unknown(List.of(1), List.of("GPU 1 (GPU-2) is not there any more")));
        program(
                "nvidia-smi",
                "echo 'Unable to determine the device handle for GPU 0000:3B:00.0: GPU is lost.'; exit 15");
        assertThat(driver.health().breaks(List.of(0))).isTrue();
        assertThat(driver.health().breaks(List.of(1))).isFalse();
    }

    @Test
    void a_program_that_fails_tells_of_no_device_and_its_words_are_told() throws Exception {
        program("nvidia-smi", "echo 'Unable to determine the device handle'; exit 15");
        assertThat(new NvidiaDriver(folder, List.of("0")).health())
                .isInstanceOfSatisfying(
                        GpuHealth.Unknown.class,
                        unknown -> assertThat(unknown.reasons())
                                .containsExactly(
                                        "nvidia-smi does not say how the GPUs are: nvidia-smi ended with 15: Unable to"
                                                + " determine the device handle"));
    }
}
