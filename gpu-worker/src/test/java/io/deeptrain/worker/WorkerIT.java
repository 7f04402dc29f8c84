package io.deeptrain.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.Topic;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.event.WorkerId;
import io.deeptrain.event.adapter.json.ManifestJson;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.messaging.adapter.kafka.Received;
import io.deeptrain.messaging.adapter.kafka.TopicSetup;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.ObjectStores;
import io.deeptrain.objects.StoredBlob;
import io.deeptrain.testservers.adapter.TestServers;
import io.deeptrain.worker.training.DigitScene;
import io.deeptrain.worker.training.DrawnDigits;
import io.deeptrain.worker.training.DrawnVideo;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged worker with a real broker, the scheduler's part played by the test. */
class WorkerIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Origin SCRATCH = new Origin.Scratch();
    private static final CloudEventRecords RECORDS = new CloudEventRecords();
    private static final List<String> DIGITS =
            IntStream.range(0, 10).mapToObj(Integer::toString).toList();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    private final List<Event> heard = new ArrayList<>();
    private final KafkaEventLog log = new KafkaEventLog(TestServers.kafka());
    private URI objects;
    private ObjectStore store;
    private AssignedConsumer consumer;
    private StoredObject manifest;
    private WorkerId workerId;

    @BeforeEach
    void prepare() throws IOException {
        TopicSetup.ensure(TestServers.kafka(), 4, 1);
        consumer = AssignedConsumer.open(
                TestServers.kafka(), List.of(Topic.ATTEMPTS, Topic.HEARTBEATS), Map.of(), Beginning.NEWEST);
        workerId = new WorkerId("gpu-" + folder.getFileName());
        digitsIn(folder.toUri());
    }

    /** From now on the objects are there, 400 images among them. */
    private void digitsIn(URI place) throws IOException {
        objects = place;
        store = ObjectStores.open(place);
        manifest = digits(400);
    }

    /** Drawn ones, the last tenth of them to test. */
    private StoredObject digits(int count) throws IOException {
        List<ManifestEntry> entries = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            entries.add(new ManifestEntry(
                    "input-" + n,
                    stored(store.putContent(new ByteArrayInputStream(DrawnDigits.png(n % 10, n)))),
                    List.of(Integer.toString(n % 10)),
                    List.of(),
                    n < count * 9 / 10 ? Split.TRAIN : Split.TEST));
        }
        return stored(store.putContent(new ByteArrayInputStream(ManifestJson.write(entries))));
    }

    @AfterEach
    void close() {
        consumer.close();
        log.close();
    }

    private static StoredObject stored(StoredBlob blob) {
        return new StoredObject(blob.key(), blob.sha256(), blob.sizeBytes());
    }

    private AttemptAssigned assignment(String job, long token, IncarnationId incarnation, long epochs, Origin origin) {
        return new AttemptAssigned(
                new JobId(job),
                new FencingToken(token),
                workerId,
                incarnation,
                new Tenant("me", "app"),
                spec(
                        "visual-classifier",
                        "classification_cifar10_v1",
                        Map.of("num_epochs", epochs, "batch_size", 32L),
                        DIGITS,
                        manifest,
                        400),
                origin);
    }

    private AttemptAssigned assignment(String job, IncarnationId incarnation, TrainingSpec spec) {
        return new AttemptAssigned(
                new JobId(job), new FencingToken(1), workerId, incarnation, new Tenant("me", "app"), spec, SCRATCH);
    }

    private static TrainingSpec spec(
            String modelTypeId,
            String template,
            Map<String, Object> hyperparameters,
            List<String> concepts,
            StoredObject images,
            int imageCount) {
        return new TrainingSpec(modelTypeId, template, hyperparameters, concepts, images, imageCount, 5, 1, 42);
    }

    private void say(AssignmentEvent event) {
        log.publish(List.of(RECORDS.toRow(Envelope.of(event, "/deeptrain/scheduler", 1, Instant.EPOCH))));
    }

    private <T extends Event> T await(Class<T> type, Predicate<T> wanted) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            List<T> found = all(type).stream().filter(wanted).toList();
            if (!found.isEmpty()) {
                return found.getFirst();
            }
            consumer.poll(Duration.ofMillis(200)).forEach(kafkaRecord -> {
                if (RECORDS.read(kafkaRecord) instanceof Received.Readable readable) {
                    heard.add(readable.envelope().event());
                }
            });
        }
        throw new AssertionError("no %s within %s, only %s".formatted(type.getSimpleName(), LIMIT, heard));
    }

    private <T extends Event> List<T> all(Class<T> type) {
        return heard.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private WorkerBeat firstBeat() {
        heard.clear();
        return await(WorkerBeat.class, beat -> beat.workerId().equals(workerId));
    }

    @Test
    void an_attempt_is_run_and_reported_and_its_model_predicts() throws Exception {
        try (WorkerChild worker = WorkerChild.start(workerId.value(), TestServers.kafka(), objects)) {
            WorkerBeat beat = firstBeat();
            assertThat(beat.readiness()).isEqualTo(Readiness.ACCEPTING);
            JobId job = new JobId("job-" + folder.getFileName());
            log.publish(List.of(unreadable()));
            say(assignment(job.value(), 1, beat.incarnation(), 4, SCRATCH));
            AttemptSucceeded succeeded =
                    await(AttemptSucceeded.class, event -> event.jobId().equals(job));
            assertThat(all(AttemptStarted.class))
                    .containsExactly(new AttemptStarted(job, new FencingToken(1), workerId, SCRATCH, 400, 0));
            assertThat(all(CheckpointSaved.class))
                    .extracting(saved -> saved.checkpoint().number())
                    .containsExactly(1, 2, 3, 4);
            List<ProgressReported> progress = all(ProgressReported.class);
            assertThat(progress.getLast().progress().step())
                    .isEqualTo(progress.getLast().progress().steps());
            assertThat(succeeded.readingMillis())
                    .isGreaterThanOrEqualTo(progress.getLast().readingMillis());
            assertThat(succeeded.metrics().get("test_accuracy")).isGreaterThan(0.5);

            JsonNode answer = predict(worker.port(), succeeded.model(), """
                    [{"base64": "%s"}, {"base64": "bm8gaW1hZ2U="}, {"base64": "%s", "sample_millis": 1000}]""".formatted(
                            Base64.getEncoder().encodeToString(DrawnDigits.png(1, 0)),
                            Base64.getEncoder().encodeToString(DrawnVideo.mp4(5))));
            assertThat(answer.at("/outputs/2/frames")).hasSize(3);
            assertThat(answer.at("/outputs/2/frames/2/frame").asInt()).isEqualTo(4);
            assertThat(answer.at("/outputs/2/frames/2/seen/concepts")).hasSize(3);
            JsonNode concepts = answer.at("/outputs/0/concepts");
            assertThat(concepts).hasSize(3);
            assertThat(concepts.at("/0/value").asDouble())
                    .isGreaterThanOrEqualTo(concepts.at("/1/value").asDouble());
            assertThat(answer.at("/outputs/1/error/code").asText()).isEqualTo("IMAGE_UNUSABLE");

            StoredObject other = new StoredObject(succeeded.model().key(), "0".repeat(64), 5);
            assertThat(predict(worker.port(), other, "[{\"base64\": \"bm8=\"}]")
                            .at("/error/code")
                            .asText())
                    .isEqualTo("MODEL_UNREADABLE");
            assertThat(get(worker.port(), "/q/health/ready")).contains("\"UP\"");
            assertThat(get(worker.port(), "/q/metrics"))
                    .contains(
                            "deeptrain_images_processed_total 1440.0",
                            "deeptrain_checkpoint_age_seconds 0.0",
                            "deeptrain_checkpoint_write_bytes_count");
        }
    }

    @Test
    void a_training_that_its_tenant_stops_becomes_a_model_that_predicts_and_that_others_learn_from() throws Exception {
        try (WorkerChild worker = WorkerChild.start(workerId.value(), TestServers.kafka(), objects)) {
            WorkerBeat beat = firstBeat();
            StoredObject classifier =
                    stopped(worker, assignment("stopped-" + folder.getFileName(), 1, beat.incarnation(), 100, SCRATCH));
            assertThat(predicted(worker, classifier, DrawnDigits.png(1, 0)).path("concepts"))
                    .hasSize(3);

            TrainingSpec spec = spec(
                    "embedding-classifier",
                    "",
                    TrainingSpec.withBaseModel(Map.of(), classifier),
                    DIGITS,
                    manifest,
                    400);
            AttemptAssigned transfer = assignment("transferred-" + folder.getFileName(), beat.incarnation(), spec);
            say(transfer);
            StoredObject transferred = await(
                            AttemptSucceeded.class, event -> event.jobId().equals(transfer.jobId()))
                    .model();
            assertThat(predicted(worker, transferred, DrawnDigits.png(1, 0)).path("concepts"))
                    .hasSize(3);
        }
    }

    @Test
    void a_training_begins_from_the_weights_that_come_with_the_worker() throws Exception {
        TrainingSpec spec = spec(
                "visual-classifier",
                "Clarifai_InceptionTransferEmbedNorm",
                Map.of(
                        "pretrained_weights",
                        "nsfwjs-4.4.0",
                        "image_size",
                        75L,
                        "batch_size",
                        4L,
                        "num_epochs",
                        2L,
                        "early_stopping_patience",
                        1L),
                DIGITS,
                digits(10),
                10);
        try (WorkerChild worker = WorkerChild.start(workerId.value(), TestServers.kafka(), objects)) {
            AttemptAssigned assigned =
                    assignment("pretrained-" + folder.getFileName(), firstBeat().incarnation(), spec);
            say(assigned);
            StoredObject model = await(
                            AttemptSucceeded.class, event -> event.jobId().equals(assigned.jobId()))
                    .model();
            assertThat(predicted(worker, model, DrawnDigits.png(1, 0)).path("concepts"))
                    .hasSize(3);
        }
    }

    @Test
    void a_detector_is_trained_and_finds_objects_and_one_that_is_stopped_is_a_model_too() throws Exception {
        StoredObject scenes = scenes();
        try (WorkerChild worker = WorkerChild.start(workerId.value(), TestServers.kafka(), objects)) {
            WorkerBeat beat = firstBeat();
            AttemptAssigned trained =
                    assignment("detector-" + folder.getFileName(), beat.incarnation(), detector(scenes, 2));
            say(trained);
            AttemptSucceeded succeeded =
                    await(AttemptSucceeded.class, event -> event.jobId().equals(trained.jobId()));
            assertThat(succeeded.completion()).isEqualTo(Completion.ALL_EPOCHS);
            assertThat(succeeded.metrics()).containsKeys("test_map50", "train_loss");
            assertThat(all(CheckpointSaved.class)).hasSize(2);
            assertThat(predicted(worker, succeeded.model(), DigitScene.of(3, 7).png())
                            .path("regions")
                            .isArray())
                    .isTrue();

            StoredObject stopped = stopped(
                    worker,
                    assignment("stopped-detector-" + folder.getFileName(), beat.incarnation(), detector(scenes, 100)));
            assertThat(predicted(worker, stopped, DigitScene.of(3, 7).png())
                            .path("regions")
                            .isArray())
                    .isTrue();
        }
    }

    private TrainingSpec detector(StoredObject scenes, long epochs) {
        return spec(
                "visual-detector",
                "DeepTrain_SmallDetector",
                Map.of("num_epochs", epochs, "batch_size", 8L, "image_size", 96L),
                DIGITS.subList(0, 3),
                scenes,
                48);
    }

    private StoredObject scenes() throws IOException {
        List<ManifestEntry> entries = new ArrayList<>();
        for (int n = 0; n < 48; n++) {
            DigitScene scene = DigitScene.of(3, n);
            entries.add(new ManifestEntry(
                    "scene-" + n,
                    stored(store.putContent(new ByteArrayInputStream(scene.png()))),
                    scene.regions().stream()
                            .map(ManifestEntry.LabelledRegion::concept)
                            .distinct()
                            .toList(),
                    List.of(),
                    scene.regions(),
                    n < 40 ? Split.TRAIN : Split.TEST));
        }
        return stored(store.putContent(new ByteArrayInputStream(ManifestJson.write(entries))));
    }

    /** Stops the training after its first epoch; answers its model, and says how long that took. */
    private StoredObject stopped(WorkerChild worker, AttemptAssigned assigned) throws Exception {
        JobId job = assigned.jobId();
        say(assigned);
        await(
                ProgressReported.class,
                event -> event.jobId().equals(job) && event.progress().epoch() > 0);
        long askedNanos = System.nanoTime();
        say(new AttemptStopRequested(
                job, new FencingToken(1), workerId, assigned.incarnation(), StopReason.STOP_AND_KEEP_BEST));
        AttemptSucceeded succeeded =
                await(AttemptSucceeded.class, event -> event.jobId().equals(job));
        predicted(worker, succeeded.model(), DrawnDigits.png(1, 0));
        System.out.printf(
                "from the stop of %s to a model that predicts: %d ms%n",
                assigned.spec().modelTypeId(),
                Duration.ofNanos(System.nanoTime() - askedNanos).toMillis());

        assertThat(succeeded.completion()).isEqualTo(Completion.STOPPED_BY_TENANT);
        Progress last = all(ProgressReported.class).stream()
                .filter(event -> event.jobId().equals(job))
                .toList()
                .getLast()
                .progress();
        assertThat(last.step()).isBetween(1L, last.steps() - 1);
        assertThat(all(CheckpointSaved.class).getLast().checkpoint().step()).isEqualTo(last.step());
        return succeeded.model();
    }

    private static JsonNode predicted(WorkerChild worker, StoredObject model, byte[] image) throws Exception {
        return predict(worker.port(), model, """
                [{"base64": "%s"}]""".formatted(Base64.getEncoder().encodeToString(image)))
                .at("/outputs/0");
    }

    @Test
    void a_cancelled_attempt_stops_and_a_terminated_worker_leaves_a_checkpoint_in_s3_to_go_on_from() throws Exception {
        digitsIn(TestServers.newBucket());
        JobId cancelled = new JobId("cancelled-" + folder.getFileName());
        JobId moved = new JobId("moved-" + folder.getFileName());
        CheckpointSaved saved;
        try (WorkerChild worker = WorkerChild.start(workerId.value(), TestServers.kafka(), objects)) {
            WorkerBeat beat = firstBeat();
            say(assignment(cancelled.value(), 1, beat.incarnation(), 100, SCRATCH));
            await(ProgressReported.class, event -> event.jobId().equals(cancelled));
            say(new AttemptStopRequested(
                    cancelled, new FencingToken(1), workerId, beat.incarnation(), StopReason.CANCELLED));
            AttemptStopped stopped =
                    await(AttemptStopped.class, event -> event.jobId().equals(cancelled));
            assertThat(stopped.reason()).isEqualTo(StopReason.CANCELLED);
            assertThat(stopped.readingMillis()).isPositive();

            say(assignment(moved.value(), 1, beat.incarnation(), 100, SCRATCH));
            await(ProgressReported.class, event -> event.jobId().equals(moved));
            worker.terminate();
            await(WorkerBeat.class, last -> last.readiness() == Readiness.GONE);
            assertThat(all(WorkerBeat.class)).anyMatch(draining -> draining.readiness() == Readiness.DRAINING);
            assertThat(all(AttemptStopped.class).getLast().reason()).isEqualTo(StopReason.PREEMPTED);
            saved = all(CheckpointSaved.class).getLast();
            assertThat(saved.jobId()).isEqualTo(moved);
        }
        try (WorkerChild worker = WorkerChild.start(workerId.value(), TestServers.kafka(), objects)) {
            WorkerBeat beat = firstBeat();
            Origin origin = new Origin.Resumed(saved.checkpoint());
            say(assignment(moved.value(), 2, beat.incarnation(), 100, origin));
            assertThat(await(AttemptStarted.class, event -> event.jobId().equals(moved)))
                    .isEqualTo(new AttemptStarted(moved, new FencingToken(2), workerId, origin, 400, 0));
            assertThat(await(ProgressReported.class, event -> event.jobId().equals(moved))
                            .progress()
                            .step())
                    .isGreaterThan(saved.checkpoint().step());
            worker.kill();
        }
    }

    private OutboxRow unreadable() {
        return new OutboxRow(
                0,
                Topic.ASSIGNMENTS.topicName(),
                workerId.value(),
                OptionalInt.empty(),
                Map.of("ce_type", "nonsense"),
                "nonsense".getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode predict(int port, StoredObject model, String images) throws Exception {
        String body = """
                {"model": {"key": "%s", "sha256": "%s", "size_bytes": %d}, "images": %s, "max_concepts": 3}""".formatted(model.key(), model.sha256(), model.sizeBytes(), images);
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/predictions".formatted(port)))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return JSON.readTree(response.body());
    }

    private static String get(int port, String path) throws Exception {
        return HTTP.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
