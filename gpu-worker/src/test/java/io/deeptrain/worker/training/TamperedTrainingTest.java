package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.training.TamperedImages.Fate;
import io.deeptrain.worker.training.TamperedImages.Tampered;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More of them by {@code -Dtampered.images=10000}, others by {@code -Dtampered.seed=}. */
class TamperedTrainingTest {
    private static final int IMAGES = Integer.getInteger("tampered.images", 600);
    private static final long SEED = Long.getLong("tampered.seed", 42);
    private static final long CHILD_SECONDS = 60 + IMAGES / 5L;

    @Test
    void tampered_images_end_no_worker_and_are_listed_exactly(@TempDir Path folder) throws Exception {
        List<Tampered> images = TamperedImages.of(IMAGES, SEED);
        List<String> told = told(folder.resolve("first"));
        Set<Integer> listed = new TreeSet<>();
        told.subList(0, told.size() - 1).forEach(line -> listed.add(Integer.parseInt(line)));
        assertThat(told.getLast()).isEqualTo(listed.size() + " in all");
        Set<Integer> expected = new TreeSet<>();
        for (int n = 0; n < images.size(); n++) {
            Fate fate = images.get(n).fate();
            if (fate == Fate.UNREADABLE || (fate == Fate.EITHER && listed.contains(n))) {
                expected.add(n);
            }
        }
        assertThat(listed).as("seed %d", SEED).isEqualTo(expected);
        assertThat(told(folder.resolve("second"))).as("the same images again").isEqualTo(told);
        System.out.printf(
                "%,d tampered images, seed %d: %,d unreadable, of %,d that had to be and %,d that had not to be known%n",
                IMAGES, SEED, listed.size(), count(images, Fate.UNREADABLE), count(images, Fate.EITHER));
    }

    private static long count(List<Tampered> images, Fate fate) {
        return images.stream().filter(image -> image.fate() == fate).count();
    }

    /** By a process with the memory of a worker on one machine, and its answer to having too little of it. */
    private static List<String> told(Path folder) throws IOException, InterruptedException {
        Files.createDirectory(folder);
        Path told = folder.resolve("told");
        Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx512m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        TamperedTraining.class.getName(),
                        folder.toString(),
                        Integer.toString(IMAGES),
                        Long.toString(SEED),
                        told.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        try {
            assertThat(child.waitFor(CHILD_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue())
                    .as("%s", Files.readString(folder.resolve("output")))
                    .isZero();
        } finally {
            child.destroyForcibly();
        }
        return Files.readAllLines(told);
    }
}
