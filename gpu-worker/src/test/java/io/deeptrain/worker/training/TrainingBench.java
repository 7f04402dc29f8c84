package io.deeptrain.worker.training;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.Footage;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.LabelledRegion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.event.WorkerId;
import io.deeptrain.event.adapter.json.ManifestJson;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.ObjectStores;
import io.deeptrain.objects.StoredBlob;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.objects.ObjectArchive;
import io.deeptrain.worker.adapter.video.DecodedFilms;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.port.Ahead;
import io.deeptrain.worker.port.Devices;
import io.deeptrain.worker.port.Directions;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.port.Gangs;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.MonotonicClock;
import io.deeptrain.worker.port.Observations;
import io.deeptrain.worker.port.PretrainedWeights;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A place to train in: a store in a folder, a dataset, and the real engine. */
final class TrainingBench {
    static final List<String> DIGITS =
            IntStream.range(0, 10).mapToObj(Integer::toString).toList();
    private static final JobId JOB = new JobId("job-1");

    private final Path scratch;
    private final ObjectStore store;
    private final List<ManifestEntry> entries = new ArrayList<>();
    private final Map<String, Object> hyperparameters = new HashMap<>();
    private List<String> concepts = DIGITS;
    private int tolerancePercent = 5;
    private String modelTypeId = "visual-classifier";
    private String template = "classification_cifar10_v1";
    private PretrainedWeights pretrained = PretrainedWeights.NONE;
    private Supplier<Learners> device = () -> new DjlLearners(1);
    private Devices devices = Devices.HEALTHY;
    private Ahead ahead = Ahead.NOTHING;
    private Gangs gangs = Gangs.NONE;
    private MonotonicClock clock = System::nanoTime;
    private int gpus = 1;

    TrainingBench(Path folder) throws IOException {
        this(folder, UnaryOperator.identity());
    }

    /** A place whose store is looked at by another. */
    TrainingBench(Path folder, UnaryOperator<ObjectStore> around) throws IOException {
        this(folder, around.apply(ObjectStores.open(folder.resolve("objects").toUri())));
    }

    /** A place whose store is elsewhere. */
    TrainingBench(Path folder, ObjectStore elsewhere) {
        scratch = folder;
        store = elsewhere;
    }

    TrainingBench set(String hyperparameter, Object value) {
        hyperparameters.put(hyperparameter, value);
        return this;
    }

    TrainingBench classifier(String name) {
        template = name;
        return this;
    }

    TrainingBench detector(String name) {
        modelTypeId = "visual-detector";
        template = name;
        return this;
    }

    TrainingBench embedder(String name) {
        modelTypeId = "visual-embedder";
        template = name;
        return this;
    }

    TrainingBench concepts(String... names) {
        concepts = List.of(names);
        return this;
    }

    /** A transfer learning that begins with this model. */
    TrainingBench transferring(StoredObject base) {
        modelTypeId = "embedding-classifier";
        template = "";
        hyperparameters.clear();
        hyperparameters.putAll(TrainingSpec.withBaseModel(Map.of(), base));
        return this;
    }

    TrainingBench with(PretrainedWeights weights) {
        pretrained = weights;
        return this;
    }

    TrainingBench on(Learners other) {
        device = () -> other;
        return this;
    }

    TrainingBench with(Devices gpus) {
        devices = gpus;
        return this;
    }

    TrainingBench with(MonotonicClock time) {
        clock = time;
        return this;
    }

    TrainingBench with(Ahead threads) {
        ahead = threads;
        return this;
    }

    /** Trainings get so many GPUs, and their ranks come from there. */
    TrainingBench on(int count, Gangs ranks) {
        gpus = count;
        gangs = ranks;
        return this;
    }

    TrainingBench tolerating(int percent) {
        tolerancePercent = percent;
        return this;
    }

    TrainingBench digits(int count, Split split) throws IOException {
        for (int n = 0; n < count; n++) {
            image(DrawnDigits.png(n % 10, entries.size()), split, Integer.toString(n % 10));
        }
        return this;
    }

    TrainingBench image(byte[] file, Split split, String... positives) throws IOException {
        StoredBlob blob = store.putContent(new ByteArrayInputStream(file));
        entries.add(new ManifestEntry("input-" + entries.size(), stored(blob), List.of(positives), List.of(), split));
        return this;
    }

    /** A video that is looked at as trainings do. */
    TrainingBench video(byte[] file, Footage footage, Split split, String... positives) throws IOException {
        return video(stored(store.putContent(new ByteArrayInputStream(file))), footage, split, positives);
    }

    TrainingBench video(StoredObject file, Footage footage, Split split, String... positives) {
        entries.add(new ManifestEntry(
                "input-" + entries.size(),
                file,
                Optional.of(footage),
                List.of(positives),
                List.of(),
                List.of(),
                split));
        return this;
    }

    TrainingBench scenes(int count, Split split) throws IOException {
        for (int n = 0; n < count; n++) {
            DigitScene scene = DigitScene.of(concepts.size(), entries.size());
            StoredBlob blob = store.putContent(new ByteArrayInputStream(scene.png()));
            entries.add(new ManifestEntry(
                    "input-" + entries.size(),
                    stored(blob),
                    scene.regions().stream()
                            .map(LabelledRegion::concept)
                            .distinct()
                            .toList(),
                    List.of(),
                    scene.regions(),
                    split));
        }
        return this;
    }

    AttemptAssigned assignment(long token, Origin origin) throws IOException {
        StoredBlob manifest = store.putContent(new ByteArrayInputStream(ManifestJson.write(entries)));
        return new AttemptAssigned(
                JOB,
                new FencingToken(token),
                new WorkerId("gpu-1"),
                new IncarnationId("start-1"),
                new Tenant("me", "app"),
                new TrainingSpec(
                        modelTypeId,
                        template,
                        hyperparameters,
                        concepts,
                        stored(manifest),
                        entries.size(),
                        tolerancePercent,
                        gpus,
                        42),
                origin);
    }

    ObjectArchive archive() {
        return new ObjectArchive(store);
    }

    ObjectStore store() {
        return store;
    }

    /** Runs an attempt to its end, told to proceed. */
    List<TrainerReport> run(AttemptAssigned assignment) {
        return run(assignment, steps -> new Direction.Proceed());
    }

    /** Runs an attempt whose directions depend on how many steps were completed in it. */
    List<TrainerReport> run(AttemptAssigned assignment, Function<Integer, Direction> directions) {
        List<TrainerReport> reports = new ArrayList<>();
        TrainingRun.run(
                assignment,
                surroundings(),
                directions(() -> directions.apply((int) reports.stream()
                        .filter(TrainerReport.Advanced.class::isInstance)
                        .count())),
                reports::add);
        return reports;
    }

    /** The same, whenever one asks. */
    static Directions directions(Supplier<Direction> now) {
        return new Directions() {
            @Override
            public Direction now() {
                return now.get();
            }

            @Override
            public Direction awaitBegin() {
                return now();
            }
        };
    }

    /** Where it trains. */
    TrainingRun.Surroundings surroundings() {
        return new TrainingRun.Surroundings(
                archive(),
                device.get(),
                gangs,
                clock,
                Observations.NONE,
                scratch,
                pretrained,
                ahead,
                devices,
                new DecodedFilms(archive()));
    }

    /** Where the attempt really began. */
    static Origin origin(List<TrainerReport> reports) {
        return reports.stream()
                .filter(TrainerReport.Prepared.class::isInstance)
                .map(report -> ((TrainerReport.Prepared) report).origin())
                .findFirst()
                .orElseThrow();
    }

    static List<Double> losses(List<TrainerReport> reports) {
        return reports.stream()
                .filter(TrainerReport.Advanced.class::isInstance)
                .map(report -> ((TrainerReport.Advanced) report).progress())
                .filter(progress -> progress.phase() == io.deeptrain.event.Phase.TRAINING)
                .map(progress -> progress.loss())
                .toList();
    }

    static List<TrainerReport.CheckpointWritten> checkpoints(List<TrainerReport> reports) {
        return reports.stream()
                .filter(TrainerReport.CheckpointWritten.class::isInstance)
                .map(TrainerReport.CheckpointWritten.class::cast)
                .toList();
    }

    static Origin resumedFrom(TrainerReport.CheckpointWritten written) {
        return new Origin.Resumed(
                new Checkpoint(written.attempt().token(), 1, written.epoch(), written.step(), 0, written.object()));
    }

    private static StoredObject stored(StoredBlob blob) {
        return new StoredObject(blob.key(), blob.sha256(), blob.sizeBytes());
    }
}
