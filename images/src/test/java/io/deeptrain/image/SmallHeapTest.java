package io.deeptrain.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallHeapTest {
    private static final long CHILD_SECONDS = 120;

    @Test
    void a_small_heap_reads_large_images_or_refuses_them_and_lives(@TempDir Path folder) throws Exception {
        Path said = folder.resolve("said");
        Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx80m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LargeInSmallHeap.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            assertThat(child.waitFor(CHILD_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            child.destroyForcibly();
        }
        // How many that is depends on the heap.
        assertThat(Files.readAllLines(said).stream().map(line -> line.replaceAll("at most \\d+ to", "at most N to")))
                .containsExactlyElementsOf(expected());
        assertThat(child.exitValue()).isZero();
    }

    private static List<String> expected() {
        String tooLarge = "the image has 7071 x 7071 pixels but must have at most N to be decoded here as WebP";
        List<String> expected = new ArrayList<>(List.of("7071 x 7071", "7071 x 7071"));
        expected.addAll(Collections.nCopies(LargeInSmallHeap.AT_ONCE, "1100 x 1100"));
        expected.addAll(Collections.nCopies(LargeInSmallHeap.AT_ONCE, "2200 x 2200"));
        expected.addAll(
                List.of("the image has 49000000 x 1 pixels but must have at most 65535 a side", tooLarge, tooLarge));
        return expected;
    }
}
