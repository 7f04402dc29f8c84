package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.benchmarks.adapter.djl.DigitsArchive.Sample;
import io.deeptrain.cli.images.ImageSets;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.runtime.ThreadsAhead;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.port.Devices;
import io.deeptrain.worker.port.Observations;
import io.deeptrain.worker.port.PretrainedWeights;
import io.deeptrain.worker.training.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a worker's process must stand in its life: one long training, and many short ones. Fails if memory grows. */
public final class Endurance {
    private static final int CONCEPTS = 10;
    private static final int IMAGE_SIZE = 32;
    private static final int BATCH_SIZE = 16;
    private static final int LOOKS = 10;

    /** What may be added between the first tenth of a run, when everything has been used once, and its end. */
    private static final double GROWTH_MAX = 1.10;

    private static final double MEBIBYTE = 1 << 20;

    private final DjlLearners learners = new DjlLearners(1);
    private final ThreadsAhead ahead = new ThreadsAhead(2);
    private final Path scratch = Files.createTempDirectory("deeptrain-endurance");
    private final List<Long> residents = new ArrayList<>();

    private Endurance() throws IOException {}

    /** What to stand, and how much of it: {@code steps 2000}, {@code trainings 1000}. */
    public static void main(String[] arguments) throws IOException {
        int count = Integer.parseInt(arguments[1]);
        Endurance endurance = new Endurance();
        try {
            switch (arguments[0]) {
                case "steps" -> endurance.steps(count);
                case "trainings" -> endurance.trainings(count);
                default -> throw new IllegalArgumentException("steps or trainings: " + arguments[0]);
            }
        } finally {
            endurance.ahead.close();
            Files.deleteIfExists(endurance.scratch);
        }
    }

    private void steps(int count) throws IOException {
        List<Sample> digits = digits(BATCH_SIZE * 10);
        int perLook = count / LOOKS;
        Observations looks = new Looks(perLook);
        run(digits, Map.of("num_epochs", 1L, "num_items_per_epoch", (long) count * BATCH_SIZE), looks);
        requireFlat(count + " steps");
    }

    private void trainings(int count) throws IOException {
        List<Sample> digits = digits(BATCH_SIZE);
        for (int n = 1; n <= count; n++) {
            run(digits, Map.of("num_epochs", 1L), Observations.NONE);
            if (n % (count / LOOKS) == 0) {
                look(n + " trainings");
            }
        }
        requireFlat(count + " trainings");
    }

    private static List<Sample> digits(int count) throws IOException {
        return ImageSets.digits().first(count, 0).training().stream()
                .map(Sample::of)
                .toList();
    }

    private void run(List<Sample> samples, Map<String, Object> settings, Observations observations) {
        List<TrainerReport> reports = new ArrayList<>();
        TrainingRun.run(
                assignment(samples.size(), settings),
                new TrainingRun.Surroundings(
                        new DigitsArchive(samples),
                        learners,
                        System::nanoTime,
                        observations,
                        scratch,
                        PretrainedWeights.NONE,
                        ahead,
                        Devices.HEALTHY),
                new Uninterrupted(),
                report -> {
                    if (!(report instanceof TrainerReport.Advanced)) {
                        reports.add(report);
                    }
                });
        if (!(reports.getLast() instanceof Finished)) {
            throw new IllegalStateException("the training did not finish: " + reports.getLast());
        }
    }

    private static AttemptAssigned assignment(int inputs, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("batch_size", (long) BATCH_SIZE);
        all.put("image_size", (long) IMAGE_SIZE);
        return Assignments.of(new TrainingSpec(
                "visual-classifier",
                "classification_cifar10_v1",
                all,
                Assignments.concepts(CONCEPTS),
                DigitsArchive.object("manifest"),
                inputs,
                0,
                1,
                42));
    }

    /** Looks at memory after so many steps, again and again. */
    private final class Looks implements Observations {
        private final int each;
        private int steps;

        Looks(int each) {
            this.each = each;
        }

        @Override
        public void began() {}

        @Override
        public void ended() {}

        @Override
        public void stepped(int images, long inputWaitNanos, long stepNanos) {
            steps++;
            if (steps % each == 0) {
                look(steps + " steps");
            }
        }

        @Override
        public void checkpointWritten(StoredObject checkpoint, long writeNanos) {}
    }

    /** After a collection, so that the heap shows what is held; the process shows what the engine holds besides. */
    @SuppressWarnings("SystemGc") // What is measured is what cannot be collected.
    private void look(String when) {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        long heap = runtime.totalMemory() - runtime.freeMemory();
        long resident = residentBytes();
        residents.add(resident);
        System.out.printf("%-16s heap %7.1f MiB, process %8.1f MiB%n", when, heap / MEBIBYTE, resident / MEBIBYTE);
    }

    private static long residentBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new IllegalStateException("this machine does not say how much memory a process has", e);
        }
    }

    private void requireFlat(String what) {
        double growth = (double) residents.getLast() / residents.getFirst();
        System.out.printf("%s: the process grew to %.3f of what it had after the first tenth%n", what, growth);
        if (growth > GROWTH_MAX) {
            throw new IllegalStateException("memory grows: %.3f is more than %.2f".formatted(growth, GROWTH_MAX));
        }
    }
}
