package io.deeptrain.worker.adapter.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargeCheckpointTest {
    private static final long CHILD_SECONDS = 120;

    /** 96 mebibytes: in a heap of 140 they are once, and not twice. */
    @Test
    void a_checkpoint_is_read_into_a_heap_that_has_no_room_for_its_file_beside_it(@TempDir Path folder)
            throws Exception {
        Path said = folder.resolve("said");
        Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx140m",
                        "-Xmn16m",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LargeCheckpoint.class.getName(),
                        folder.resolve("objects").toString(),
                        "12")
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            assertThat(child.waitFor(CHILD_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            child.destroyForcibly();
        }
        assertThat(Files.readAllLines(said))
                .containsExactly(
                        "the same",
                        "tensor t2 of shape [536870911] cannot lie at [4294967292,6442450936] of 6442450932 bytes");
        assertThat(child.exitValue()).isZero();
    }
}
