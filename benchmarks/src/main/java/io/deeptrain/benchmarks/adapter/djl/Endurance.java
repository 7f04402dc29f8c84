package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.benchmarks.adapter.djl.DigitsArchive.Sample;
import io.deeptrain.cli.images.ImageSets;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.runtime.ThreadsAhead;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.attempt.TrainerReport.Prepared;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
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
import java.util.SplittableRandom;

/**
 * What a worker's process must stand in its life: one long training, many short ones, and images that were tampered
 * with. Fails if memory grows or an unreadable image is missed.
 */
public final class Endurance {
    private static final int CONCEPTS = 10;
    private static final int IMAGE_SIZE = 32;
    private static final int BATCH_SIZE = 16;
    private static final int MUTATION_SIZE = 32;
    private static final int MUTATIONS_MAX = 8;
    private static final int LOOKS = 10;
    private static final int LISTED = 100;

    /** What may be added between the first tenth of a run, when everything has been used once, and its end. */
    private static final double GROWTH_MAX = 1.10;

    private static final int ALL_PERCENT = 100;
    private static final double MEBIBYTE = 1 << 20;

    private final DjlLearners learners = new DjlLearners(1);
    private final ThreadsAhead ahead = new ThreadsAhead(2);
    private final Path scratch = Files.createTempDirectory("deeptrain-endurance");
    private final List<Long> residents = new ArrayList<>();

    private Endurance() throws IOException {}

    /** What to stand, and how much of it: {@code steps 2000}, {@code trainings 1000}, {@code mutations 10000}. */
    public static void main(String[] arguments) throws IOException {
        int count = Integer.parseInt(arguments[1]);
        Endurance endurance = new Endurance();
        try {
            switch (arguments[0]) {
                case "steps" -> endurance.steps(count);
                case "trainings" -> endurance.trainings(count);
                case "mutations" -> endurance.mutations(count);
                default -> throw new IllegalArgumentException("steps, trainings or mutations: " + arguments[0]);
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
        run(digits, Map.of("num_epochs", 1L, "num_items_per_epoch", (long) count * BATCH_SIZE), 0, looks);
        requireFlat(count + " steps");
    }

    private void trainings(int count) throws IOException {
        List<Sample> digits = digits(BATCH_SIZE);
        for (int n = 1; n <= count; n++) {
            run(digits, Map.of("num_epochs", 1L), 0, Observations.NONE);
            if (n % (count / LOOKS) == 0) {
                look(n + " trainings");
            }
        }
        requireFlat(count + " trainings");
    }

    private void mutations(int count) throws IOException {
        List<Sample> samples = new ArrayList<>(digits(BATCH_SIZE));
        List<byte[]> originals = new ArrayList<>();
        for (Sample sample : samples) {
            originals.add(sample.content().read());
        }
        SplittableRandom random = new SplittableRandom(42);
        List<String> unreadable = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            byte[] mutated = mutated(originals.get(random.nextInt(originals.size())), random);
            if (ImageDecoder.decode(mutated, IMAGE_SIZE) instanceof Outcome.Invalid(String reason)) {
                unreadable.add("input-%d (%s)".formatted(samples.size(), reason));
            }
            samples.add(new Sample(() -> mutated, List.of("0"), List.of()));
        }
        Map<String, Object> oneBatch = Map.of("num_epochs", 1L, "num_items_per_epoch", (long) BATCH_SIZE);
        List<TrainerReport> tolerant = run(samples, oneBatch, ALL_PERCENT, Observations.NONE);
        Prepared prepared = tolerant.stream()
                .filter(Prepared.class::isInstance)
                .map(Prepared.class::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("it was never prepared: " + tolerant));
        if (prepared.inputsInvalid() != unreadable.size() || !(tolerant.getLast() instanceof Finished)) {
            throw new IllegalStateException(
                    "%d are unreadable, the training said %s".formatted(unreadable.size(), tolerant));
        }
        Failed strict = (Failed) run(samples, oneBatch, 0, Observations.NONE).getLast();
        if (!strict.message().endsWith(": " + unreadable.getFirst())) {
            throw new IllegalStateException(
                    "%s is the first, the training said %s".formatted(unreadable.getFirst(), strict));
        }
        int percent = (int) (100L * (unreadable.size() - 1) / samples.size());
        Failed almost =
                (Failed) run(samples, oneBatch, percent, Observations.NONE).getLast();
        String list = String.join(", ", unreadable.subList(0, Math.min(LISTED, unreadable.size())));
        if (!almost.message().endsWith(": " + list)) {
            throw new IllegalStateException("%s was to be listed, the training said %s".formatted(list, almost));
        }
        System.out.printf(
                "%,d mutated images: %,d unreadable, the same by the training; the first %d listed exactly%n",
                count, unreadable.size(), LISTED);
    }

    /** Bytes changed, cut off, or put in twice. */
    private static byte[] mutated(byte[] original, SplittableRandom random) {
        byte[] bytes = original.clone();
        for (int n = random.nextInt(1, MUTATIONS_MAX); n > 0; n--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt();
                case 2 -> {
                    byte[] cut = new byte[Math.max(1, at)];
                    System.arraycopy(bytes, 0, cut, 0, cut.length);
                    bytes = cut;
                }
                default -> {
                    int length = Math.min(MUTATION_SIZE, bytes.length - at);
                    byte[] longer = new byte[bytes.length + length];
                    System.arraycopy(bytes, 0, longer, 0, at + length);
                    System.arraycopy(bytes, at, longer, at + length, bytes.length - at);
                    bytes = longer;
                }
            }
        }
        return bytes;
    }

    private static List<Sample> digits(int count) throws IOException {
        return ImageSets.digits().first(count, 0).training().stream()
                .map(Sample::of)
                .toList();
    }

    private List<TrainerReport> run(
            List<Sample> samples, Map<String, Object> settings, int tolerancePercent, Observations observations) {
        List<TrainerReport> reports = new ArrayList<>();
        TrainingRun.run(
                assignment(samples.size(), settings, tolerancePercent),
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
        if (tolerancePercent == 0 && samples.size() <= BATCH_SIZE * 10 && !(reports.getLast() instanceof Finished)) {
            throw new IllegalStateException("the training did not finish: " + reports.getLast());
        }
        return reports;
    }

    private static AttemptAssigned assignment(int inputs, Map<String, Object> settings, int tolerancePercent) {
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
                tolerancePercent,
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
