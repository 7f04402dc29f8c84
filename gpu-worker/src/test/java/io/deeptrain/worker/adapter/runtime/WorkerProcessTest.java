package io.deeptrain.worker.adapter.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.InputsRead;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.Origin;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.event.WorkerId;
import io.deeptrain.worker.artifact.Publication;
import io.deeptrain.worker.artifact.SavedTraining;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.attempt.WorkerIdentity;
import io.deeptrain.worker.gpu.GpuHealth;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.Ahead;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.Devices;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.Lending;
import io.deeptrain.worker.port.Observations;
import io.deeptrain.worker.port.Predictor;
import io.deeptrain.worker.training.TrainingRun.Surroundings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker's threads, with a trainer that hangs in an object store that never answers. */
class WorkerProcessTest {
    private static final long LIMIT_SECONDS = 30;
    private static final WorkerId ME = new WorkerId("gpu-1");
    private static final IncarnationId INCARNATION = new IncarnationId("start-1");
    private static final JobId JOB = new JobId("job-1");
    private static final FencingToken FIRST = new FencingToken(1);
    private static final GpuHealth BROKEN = new GpuHealth.Broken(List.of("off the bus"));
    private static final long LETTING_GO_SECONDS = 180;

    @TempDir
    Path folder;

    private final AtomicLong nowNanos = new AtomicLong();
    private final BlockingQueue<AttemptEvent> said = new LinkedBlockingQueue<>();
    private final BlockingQueue<WorkerBeat> beats = new LinkedBlockingQueue<>();
    private final Silence silence = new Silence();
    private final WorkerProcess worker = new WorkerProcess(
            new WorkerIdentity(ME, INCARNATION, "simulated", 1),
            new Surroundings(
                    silence,
                    new NoLearners(),
                    nowNanos::get,
                    Observations.NONE,
                    Path.of("unused"),
                    (_, _) -> Optional.empty(),
                    Ahead.NOTHING,
                    Devices.HEALTHY),
            Lending.NONE,
            said::add,
            beats::add);

    /** Whoever asks it for anything waits for ever. */
    private static final class Silence implements Archive {
        private final CountDownLatch asked = new CountDownLatch(1);

        private IllegalStateException never() {
            asked.countDown();
            boolean isInterrupted = false;
            while (!isInterrupted) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException closed) {
                    isInterrupted = true;
                }
            }
            return new IllegalStateException("the test is over");
        }

        @Override
        public List<ManifestEntry> manifest(StoredObject manifest) {
            throw never();
        }

        @Override
        public byte[] image(StoredObject image) {
            throw never();
        }

        @Override
        public byte[] video(StoredObject video) {
            throw never();
        }

        @Override
        public StoredObject saveCheckpoint(AttemptId attempt, SavedTraining training) {
            throw never();
        }

        @Override
        public SavedTraining checkpoint(StoredObject checkpoint) {
            throw never();
        }

        @Override
        public StoredObject publish(AttemptId attempt, Publication publication) {
            throw never();
        }

        @Override
        public TrainedModel model(StoredObject model) {
            throw never();
        }
    }

    /** The trainer does not get as far as to need one. */
    private static final class NoLearners implements Learners {
        @Override
        public Learner learner(Network network, Recipe recipe, List<Tensor> state, GradientExchange exchange) {
            throw new IllegalStateException("nobody has answered the trainer yet");
        }

        @Override
        public long memoryBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public Predictor predictor(Network network, List<Tensor> state) {
            throw new IllegalStateException("nobody has answered the trainer yet");
        }
    }

    @BeforeEach
    void a_trainer_hangs() throws InterruptedException {
        worker.start();
        worker.hear(new AttemptAssigned(
                JOB,
                FIRST,
                ME,
                INCARNATION,
                new Tenant("me", "app"),
                new TrainingSpec(
                        "visual-classifier",
                        "classification_cifar10_v1",
                        Map.of("num_epochs", 1L, "batch_size", 4L),
                        List.of("cat", "dog"),
                        new StoredObject("manifest", "b".repeat(64), 1),
                        50_000,
                        5,
                        1,
                        42),
                new Origin.Scratch()));
        assertThat(silence.asked.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @AfterEach
    void close() {
        worker.close();
    }

    private static <T> T next(BlockingQueue<T> queue, Predicate<T> wanted) throws InterruptedException {
        while (true) {
            @Nullable T element = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (element == null) {
                throw new AssertionError("nothing came within %d s".formatted(LIMIT_SECONDS));
            }
            if (wanted.test(element)) {
                return element;
            }
        }
    }

    /** Time passes, the worker looks at its GPUs, and has beaten thereafter. */
    private void after(long nanos, GpuHealth health) throws InterruptedException {
        nowNanos.addAndGet(nanos);
        worker.see(health);
        beats.clear();
        next(beats, _ -> true);
        next(beats, _ -> true);
    }

    @Test
    void the_worker_tells_that_its_trainer_has_read_nothing_yet() throws Exception {
        after(TimeUnit.SECONDS.toNanos(2), new GpuHealth.Healthy());
        assertThat(next(said, _ -> true)).isEqualTo(new InputsRead(JOB, FIRST, ME, 1, 0, 50_000));
    }

    @Test
    void a_trainer_that_does_not_let_go_of_a_broken_gpu_is_left_behind_after_three_minutes() throws Exception {
        after(0, BROKEN);
        after(TimeUnit.SECONDS.toNanos(LETTING_GO_SECONDS) - 1, BROKEN);
        assertThat(said).noneMatch(AttemptFailed.class::isInstance);

        after(1, BROKEN);
        AttemptEvent lastWord = next(said, AttemptFailed.class::isInstance);
        assertThat(lastWord)
                .isEqualTo(new AttemptFailed(JOB, FIRST, ME, Fault.PLATFORM, "GPU_BROKEN", "off the bus", 0));
        CompletableFuture<Readiness> left = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                worker.awaitLeaving();
                left.complete(Readiness.GONE);
            } catch (InterruptedException interrupted) {
                left.completeExceptionally(interrupted);
            }
        });
        assertThat(next(beats, beat -> beat.readiness() == Readiness.DRAINING).holdings())
                .hasSize(1);
        assertThat(left).isNotDone();
        worker.acknowledge(lastWord);
        assertThat(left.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(Readiness.GONE);
        assertThat(next(beats, beat -> beat.readiness() == Readiness.GONE).holdings())
                .isEmpty();
    }
}
