package io.deeptrain.cli.demo;

import io.deeptrain.cli.images.LabelledImage;
import io.deeptrain.cli.port.Bill;
import io.deeptrain.cli.port.EventStream;
import io.deeptrain.cli.port.Time;
import io.deeptrain.cli.port.TrainingApi;
import io.deeptrain.cli.port.VersionStatus;
import io.deeptrain.cli.port.VersionStatus.State;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.ChargeEvent.Line;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.Completion;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.Event;
import io.deeptrain.event.EventType;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCancelling;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.Rate;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A DeepTrain of one worker that trains for eight seconds of a clock which only pauses move: queued for one, then two
 * epochs of three, then the end. It knows every image but one.
 */
final class ScriptedDeepTrain implements TrainingApi, EventStream, Time {
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private static final Rate RATE = new Rate(400, "USD");
    private static final FencingToken FIRST_ATTEMPT = new FencingToken(1);
    private static final WorkerId WORKER = new WorkerId("cpu-1");
    private static final int STARTS_AFTER_SECONDS = 1;
    private static final int EPOCH_SECONDS = 3;
    private static final int EPOCHS = 2;

    private final List<Known> notYetRead = new ArrayList<>();
    private final List<Integer> callSizes = new ArrayList<>();
    private final boolean fails;
    private final int epochSeconds;
    private Duration elapsed = Duration.ZERO;
    private int trainings;

    private static final class Training {
        private final VersionPath path;
        private final JobId job;
        private final Duration begin;
        private long sequence;
        private boolean started;
        private boolean ended;
        private Optional<Bill> bill = Optional.empty();

        Training(VersionPath path, JobId job, Duration begin) {
            this.path = path;
            this.job = job;
            this.begin = begin;
        }
    }

    private final List<Training> all = new ArrayList<>();

    private ScriptedDeepTrain(boolean fails, int epochSeconds) {
        this.fails = fails;
        this.epochSeconds = epochSeconds;
    }

    static ScriptedDeepTrain thatWorks() {
        return new ScriptedDeepTrain(false, EPOCH_SECONDS);
    }

    static ScriptedDeepTrain whoseTrainingsFail() {
        return new ScriptedDeepTrain(true, EPOCH_SECONDS);
    }

    static ScriptedDeepTrain thatNeverEnds() {
        return new ScriptedDeepTrain(false, 1_000_000);
    }

    List<Integer> callSizes() {
        return List.copyOf(callSizes);
    }

    @Override
    public void createApp(String app) {}

    @Override
    public void addImages(String app, List<LabelledImage> images) {
        callSizes.add(images.size());
        elapsed = elapsed.plusMillis(images.size());
    }

    @Override
    public void createModel(String app, NewModel model) {}

    @Override
    public Estimate estimate(String app, String model, long inputs) {
        return new Estimate(Duration.ofSeconds(65), Duration.ofSeconds(33), Duration.ofSeconds(130), 7, "the formula");
    }

    @Override
    public VersionPath train(String app, String model) {
        trainings++;
        Training training =
                new Training(new VersionPath(app, model, "v" + trainings), new JobId("job-" + trainings), elapsed);
        all.add(training);
        tell(
                training,
                new JobQueued(
                        training.job,
                        ++training.sequence,
                        now(),
                        new Tenant("me", app),
                        new ModelId(model),
                        new ModelVersionId(training.path.version()),
                        "visual-classifier",
                        "classification_cifar10_v1",
                        1,
                        RATE,
                        new CostCap.Unlimited(),
                        Duration.ofSeconds(65)));
        return training.path;
    }

    @Override
    public Sight look(VersionPath version) {
        Training training = of(version);
        goOn(training);
        if (!training.started) {
            return new Sight(new VersionStatus(State.QUEUED, 0, Optional.empty(), ""), Optional.empty(), 0);
        }
        return new Sight(status(training), Optional.of(progress(training)), meterMillis(training));
    }

    @Override
    public JobId jobOf(VersionPath version) {
        return of(version).job;
    }

    private VersionStatus status(Training training) {
        if (training.ended) {
            return fails
                    ? new VersionStatus(State.FAILED, 0, Optional.empty(), "too few images (DATA, USER fault)")
                    : new VersionStatus(State.TRAINED, 100, Optional.empty(), "");
        }
        long meter = meterMillis(training);
        long whole = 1_000L * epochSeconds * EPOCHS;
        return new VersionStatus(
                State.TRAINING, (int) (99 * meter / whole), Optional.of(Duration.ofMillis(whole - meter)), "");
    }

    private Progress progress(Training training) {
        int epoch = (int) Math.min(EPOCHS, meterMillis(training) / (1_000L * epochSeconds));
        Map<String, Double> metrics = epoch == 0 ? Map.of() : Map.of("test_accuracy", 0.9 + 0.04 * epoch);
        return new Progress(Phase.TRAINING, epoch, EPOCHS, epoch * 10L, EPOCHS * 10L, 1.0 / (1 + epoch), metrics, 240);
    }

    @Override
    public Optional<Bill> bill(VersionPath version) {
        Training training = of(version);
        return training.bill.or(() -> training.started
                ? Optional.of(new Bill(statement(meterMillis(training), 0), false))
                : Optional.empty());
    }

    @Override
    public void delete(VersionPath version) {
        Training training = of(version);
        training.ended = true;
        long meter = meterMillis(training);
        tell(training, new JobCancelling(training.job, ++training.sequence, now(), FIRST_ATTEMPT, now()));
        elapsed = elapsed.plusMillis(400);
        tell(training, new JobCancelled(training.job, ++training.sequence, now(), FIRST_ATTEMPT, now(), meter + 400));
        post(training, statement(meter, 400));
    }

    @Override
    public List<List<Guess>> predict(VersionPath version, List<LabelledImage> images) {
        callSizes.add(images.size());
        return images.stream()
                .map(image -> image.name().equals("digit-00041")
                        ? List.of(new Guess("7", 0.61), new Guess("1", 0.2))
                        : List.of(new Guess(image.label(), 0.987)))
                .toList();
    }

    @Override
    public List<Read> next() {
        List<Read> reads = List.copyOf(notYetRead);
        notYetRead.clear();
        return reads;
    }

    @Override
    public void close() {}

    @Override
    public Duration elapsed() {
        return elapsed;
    }

    @Override
    public void pause(Duration duration) {
        elapsed = elapsed.plus(duration);
    }

    private void goOn(Training training) {
        long millis = elapsed.minus(training.begin).toMillis();
        if (!training.started && millis >= 1_000L * STARTS_AFTER_SECONDS) {
            training.started = true;
            tell(
                    training,
                    new JobAssigned(
                            training.job, ++training.sequence, now(), FIRST_ATTEMPT, WORKER, new Origin.Scratch()));
            tell(
                    training,
                    new JobStarted(training.job, ++training.sequence, now(), FIRST_ATTEMPT, new Origin.Scratch()));
        }
        if (!training.started || training.ended) {
            return;
        }
        long meter = meterMillis(training);
        Progress progress = progress(training);
        if (progress.epoch() == EPOCHS) {
            training.ended = true;
            tell(training, new JobFinishing(training.job, ++training.sequence, now(), FIRST_ATTEMPT, meter));
            tell(
                    training,
                    new JobSucceeded(
                            training.job,
                            ++training.sequence,
                            now(),
                            FIRST_ATTEMPT,
                            new StoredObject("models/1", "0".repeat(64), 1),
                            progress.metrics(),
                            Completion.ALL_EPOCHS,
                            meter));
            post(training, statement(meter, 0));
        }
    }

    private void post(Training training, Statement statement) {
        training.bill = Optional.of(new Bill(statement, true));
        ChargePosted posted = new ChargePosted(
                training.job, new Tenant("me", training.path.app()), 1, statement, now().plusMillis(1));
        // Another topic may well be read first.
        notYetRead.addFirst(new Known(EventType.of(posted).name(), 1, posted.occurredAt(), posted));
    }

    private static Statement statement(long billableMillis, long freeMillis) {
        long seconds = billableMillis / 1_000;
        return new Statement(
                RATE,
                1,
                seconds,
                RATE.centsPerGpuHour() * seconds / 3_600,
                List.of(new Line(
                        FIRST_ATTEMPT,
                        billableMillis + freeMillis,
                        billableMillis,
                        freeMillis,
                        freeMillis == 0 ? FreeReason.NOTHING_FREE : FreeReason.AFTER_CANCEL)));
    }

    private long meterMillis(Training training) {
        return elapsed.minus(training.begin).toMillis() - 1_000L * STARTS_AFTER_SECONDS;
    }

    private Training of(VersionPath version) {
        return all.stream()
                .filter(training -> training.path.equals(version))
                .findFirst()
                .orElseThrow();
    }

    private Instant now() {
        return START.plus(elapsed);
    }

    private void tell(Training training, Event event) {
        notYetRead.add(new Known(EventType.of(event).name(), Math.max(1, training.sequence), now(), event));
    }
}
