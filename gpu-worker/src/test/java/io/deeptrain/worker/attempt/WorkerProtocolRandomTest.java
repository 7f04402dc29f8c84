package io.deeptrain.worker.attempt;

import static io.deeptrain.worker.attempt.WorkerScript.assignment;
import static io.deeptrain.worker.attempt.WorkerScript.progress;
import static io.deeptrain.worker.attempt.WorkerScript.ranks;
import static io.deeptrain.worker.attempt.WorkerScript.stopRequest;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.InputsRead;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.JobId;
import io.deeptrain.event.StopReason;
import io.deeptrain.worker.attempt.TrainerOrder.Begin;
import io.deeptrain.worker.attempt.TrainerOrder.FinishEarly;
import io.deeptrain.worker.attempt.TrainerOrder.Prepare;
import io.deeptrain.worker.attempt.TrainerOrder.SaveAndStop;
import io.deeptrain.worker.attempt.TrainerOrder.StopNow;
import io.deeptrain.worker.attempt.TrainerReport.Advanced;
import io.deeptrain.worker.attempt.TrainerReport.CheckpointWritten;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.attempt.TrainerReport.Placed;
import io.deeptrain.worker.attempt.TrainerReport.Prepared;
import io.deeptrain.worker.attempt.TrainerReport.Released;
import io.deeptrain.worker.attempt.WorkerAction.Instruct;
import io.deeptrain.worker.attempt.WorkerAction.Leave;
import io.deeptrain.worker.attempt.WorkerAction.Lend;
import io.deeptrain.worker.attempt.WorkerAction.Publish;
import io.deeptrain.worker.attempt.WorkerAction.SendBeat;
import io.deeptrain.worker.attempt.WorkerAction.TakeBack;
import io.deeptrain.worker.attempt.WorkerInput.Acknowledged;
import io.deeptrain.worker.attempt.WorkerInput.DrainRequested;
import io.deeptrain.worker.attempt.WorkerInput.GivenBack;
import io.deeptrain.worker.attempt.WorkerInput.GpusSeen;
import io.deeptrain.worker.attempt.WorkerInput.Heard;
import io.deeptrain.worker.attempt.WorkerInput.Tick;
import io.deeptrain.worker.attempt.WorkerInput.Trained;
import io.deeptrain.worker.gpu.GpuHealth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Assignments, stops, GPUs that break and a trainer that obeys, in any order: what a worker says about an attempt stays
 * one story.
 */
class WorkerProtocolRandomTest {
    private static final int SEEDS = 300;
    private static final int STEPS = 200;
    private static final int GPUS = 2;
    private static final List<String> WHY = List.of("too hot");
    private static final List<GpuHealth> HEALTHS = List.of(
            new GpuHealth.Healthy(),
            new GpuHealth.PartlyBroken(List.of(0), WHY),
            new GpuHealth.PartlyBroken(List.of(1), WHY),
            new GpuHealth.Broken(WHY),
            new GpuHealth.Unknown(WHY));
    private static final List<StopReason> REASONS = List.of(StopReason.values());

    static LongStream seeds() {
        return Optional.ofNullable(System.getProperty("simulation.seed"))
                .map(seed -> LongStream.of(Long.parseLong(seed)))
                .orElseGet(() -> LongStream.range(0, SEEDS));
    }

    /** A trainer that has what it was ordered to have and answers when it likes. */
    private static final class ObedientTrainer {
        private final List<AttemptId> held = new ArrayList<>();
        private final List<AttemptId> lent = new ArrayList<>();
        private final Set<AttemptId> spoilt = new HashSet<>();
        private GpuHealth health = new GpuHealth.Healthy();
        private List<Integer> places = List.of();
        private boolean begun;
        private boolean toStop;
        private long step;

        void obey(TrainerOrder order) {
            switch (order) {
                case Prepare prepare -> {
                    assertThat(held).as("one attempt at a time").isEmpty();
                    assertThat(lent).as("the devices are lent").isEmpty();
                    held.add(prepare.attempt());
                    places = List.of();
                    begun = false;
                    toStop = false;
                    step = 0;
                }
                case Begin _ -> begun = true;
                case FinishEarly _ -> assertThat(held).isNotEmpty();
                case SaveAndStop _ -> toStop = true;
                case StopNow _ -> toStop = true;
            }
        }

        void obey(WorkerAction action) {
            switch (action) {
                case Instruct(var order) -> obey(order);
                case Lend(var ranks, var _) -> {
                    assertThat(held).as("the trainer has them").isEmpty();
                    assertThat(lent).as("one attempt at a time").isEmpty();
                    lent.add(AttemptId.of(ranks));
                }
                case TakeBack(var attempt) -> assertThat(lent).containsExactly(attempt);
                case Publish _, SendBeat _, Leave _ -> {}
            }
        }

        Optional<WorkerInput> giveBack() {
            return lent.isEmpty() ? Optional.empty() : Optional.of(new GivenBack(lent.removeFirst()));
        }

        WorkerInput see(GpuHealth now) {
            health = now;
            spoil();
            return new GpusSeen(now);
        }

        private void spoil() {
            if (health.breaks(places)) {
                spoilt.addAll(held);
            }
        }

        Optional<TrainerReport> report(SplittableRandom random, long nowMillis) {
            if (held.isEmpty()) {
                return Optional.empty();
            }
            AttemptId attempt = held.getFirst();
            if (places.isEmpty()) {
                places = List.of(random.nextInt(GPUS));
                spoil();
                return Optional.of(new Placed(attempt, places));
            }
            TrainerReport report = switch (random.nextInt(10)) {
                case 0 -> new Failed(attempt, Fault.PLATFORM, "BROKEN", "broken");
                case 1 -> new Finished(attempt, WorkerScript.MODEL, Map.of(), Completion.ALL_EPOCHS);
                case 2, 3 -> new CheckpointWritten(attempt, 0, step, nowMillis, WorkerScript.MODEL);
                default -> new Advanced(attempt, progress(Math.min(100, ++step)));
            };
            if (toStop && random.nextBoolean()) {
                report = new Released(attempt);
            } else if (!begun) {
                report = switch (report) {
                    case Failed _ -> report;
                    case Advanced _ when random.nextBoolean() -> new TrainerReport.InputsRead(attempt, step);
                    default -> new Prepared(attempt, WorkerScript.SCRATCH, 1, 0);
                };
            }
            if (report instanceof TrainerReport.Ended) {
                held.clear();
            }
            return Optional.of(report);
        }
    }

    /** What was said about one attempt. */
    private static final class Story {
        private final AttemptId attempt;
        private final Set<AttemptEvent> kept = new HashSet<>();
        private boolean started;
        private long readings;
        private long inputsRead;
        private long reports;
        private long reading;
        private Optional<AttemptEvent> end = Optional.empty();

        Story(AttemptId attempt) {
            assertThat(attempt.jobId().value())
                    .as("it speaks for what it leads alone")
                    .startsWith("job-");
            this.attempt = attempt;
        }

        void hear(AttemptEvent event, boolean isSpoilt) {
            if (event instanceof CheckpointSaved || event instanceof AttemptSucceeded) {
                // What was said before the GPU broke may be said again.
                assertThat(!isSpoilt || kept.contains(event))
                        .as("computed on a broken GPU: %s", event)
                        .isTrue();
                kept.add(event);
            }
            switch (event) {
                case InputsRead read -> {
                    assertThat(!started && end.isEmpty())
                            .as("inputs of %s", attempt)
                            .isTrue();
                    assertThat(read.number()).isEqualTo(++readings);
                    assertThat(read.inputsRead()).isGreaterThanOrEqualTo(inputsRead);
                    inputsRead = read.inputsRead();
                }
                case AttemptStarted _ -> started = true;
                case ProgressReported reported -> {
                    assertThat(started && end.isEmpty())
                            .as("progress of %s", attempt)
                            .isTrue();
                    assertThat(reported.number()).isEqualTo(++reports);
                    read(reported.readingMillis());
                }
                case CheckpointSaved _ ->
                    assertThat(started).as("checkpoint of %s", attempt).isTrue();
                case AttemptSucceeded succeeded -> last(succeeded, succeeded.readingMillis());
                case AttemptFailed failed -> last(failed, failed.readingMillis());
                case AttemptStopped stopped -> last(stopped, stopped.readingMillis());
            }
        }

        private void last(AttemptEvent event, long readingMillis) {
            end.ifPresent(
                    before -> assertThat(event).as("last word of %s", attempt).isEqualTo(before));
            end = Optional.of(event);
            read(readingMillis);
        }

        private void read(long readingMillis) {
            assertThat(readingMillis).isGreaterThanOrEqualTo(reading);
            reading = readingMillis;
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void what_is_said_about_an_attempt_is_one_story_with_one_end(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ObedientTrainer trainer = new ObedientTrainer();
        Map<AttemptId, Story> stories = new HashMap<>();
        WorkerScript worker = WorkerScript.idleWith(GPUS);
        for (int step = 0; step < STEPS; step++) {
            worker.after(random.nextInt(2_000));
            JobId job = new JobId("job-" + random.nextInt(3));
            long token = 1L + random.nextInt(3) + step / 40;
            Optional<WorkerInput> input = switch (random.nextInt(15)) {
                case 14 -> Optional.of(trainer.see(HEALTHS.get(random.nextInt(HEALTHS.size()))));
                case 12 -> Optional.of(new Heard(ranks(new JobId("of-others-" + random.nextInt(3)), token)));
                case 13 -> random.nextInt(4) == 0 ? trainer.giveBack() : superseded(random, token);
                case 0 -> Optional.of(new Heard(assignment(job, token)));
                case 1 -> Optional.of(new Heard(stopRequest(job, token, REASONS.get(random.nextInt(REASONS.size())))));
                case 2, 3 -> Optional.of(new Tick());
                case 4, 5 ->
                    worker.state().unacknowledged().stream()
                            .findFirst()
                            .map(waiting -> new Acknowledged(waiting.event()));
                default -> trainer.report(random, worker.nowMillis()).map(Trained::new);
            };
            input.ifPresent(next -> turn(worker, next, trainer, stories));
        }
        turn(worker, new DrainRequested(), trainer, stories);
        for (Optional<WorkerInput> back = trainer.giveBack(); back.isPresent(); back = trainer.giveBack()) {
            turn(worker, back.get(), trainer, stories);
        }
        while (!trainer.held.isEmpty()) {
            turn(worker, new Trained(trainer.report(random, worker.nowMillis()).orElseThrow()), trainer, stories);
        }
        while (!worker.state().unacknowledged().isEmpty()) {
            turn(
                    worker,
                    new Acknowledged(worker.state().unacknowledged().getFirst().event()),
                    trainer,
                    stories);
        }
        assertThat(worker.state().readiness()).isEqualTo(io.deeptrain.event.FleetEvent.Readiness.GONE);
        assertThat(worker.state().activity()).isEqualTo(new Activity.Idle());
    }

    private static Optional<WorkerInput> superseded(SplittableRandom random, long token) {
        JobId job = new JobId("of-others-" + random.nextInt(3));
        return Optional.of(new Heard(stopRequest(job, token, StopReason.SUPERSEDED)));
    }

    private static void turn(
            WorkerScript worker, WorkerInput input, ObedientTrainer trainer, Map<AttemptId, Story> stories) {
        worker.when(input);
        worker.actions().forEach(trainer::obey);
        worker.published()
                .forEach(event -> stories.computeIfAbsent(AttemptId.of(event), Story::new)
                        .hear(event, trainer.spoilt.contains(AttemptId.of(event))));
    }
}
