package io.deeptrain.worker.training;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Event;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.WorkerId;
import io.deeptrain.worker.adapter.nvidia.NvidiaDriver;
import io.deeptrain.worker.adapter.runtime.GpuWatch;
import io.deeptrain.worker.adapter.runtime.WorkerProcess;
import io.deeptrain.worker.attempt.WorkerIdentity;
import io.deeptrain.worker.port.Lending;
import io.deeptrain.worker.port.Observations;
import io.deeptrain.worker.training.TrainingRun.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker that sees two GPUs, one of which breaks while an attempt runs: all of it but the broker, and a driver's
 * program that answers what is written here. The engine computes on the processor.
 */
@Timeout(120)
class BrokenGpuTest {
    private static final Origin SCRATCH = new Origin.Scratch();
    private static final int WELL = 60;
    private static final int HOT = 97;

    @TempDir
    private Path folder;

    private final BlockingQueue<Event> said = new LinkedBlockingQueue<>();
    private final List<Event> heard = new ArrayList<>();
    private final Semaphore step = new Semaphore(1);
    private final AtomicLong skewNanos = new AtomicLong();
    private TrainingBench bench;
    private GpuWatch watch;
    private WorkerProcess worker;

    @BeforeEach
    void start() throws IOException {
        program("dmesg", ":");
        gpusAreAt(WELL, WELL);
        watch = new GpuWatch(new NvidiaDriver(folder, List.of("0", "1"))::health, Duration.ofMillis(10));
        bench = new TrainingBench(folder)
                .digits(48, Split.TRAIN)
                .set("batch_size", 16L)
                .set("num_epochs", 1_000L)
                .with(watch);
        worker = new WorkerProcess(
                new WorkerIdentity(new WorkerId("gpu-1"), new IncarnationId("start-1"), "a100", 2),
                surroundings(),
                Lending.NONE,
                this::say,
                said::add);
        worker.start();
        watch.start(worker::see);
    }

    /** The bench's, with a clock that can be set forward, and steps that can be made to hang. */
    private Surroundings surroundings() {
        Surroundings real = bench.surroundings();
        Observations observations = new Observations() {
            @Override
            public void began() {}

            @Override
            public void ended() {}

            @Override
            public void stepped(int images, long inputWaitNanos, long stepNanos) {
                step.acquireUninterruptibly();
                step.release();
            }

            @Override
            public void checkpointWritten(StoredObject checkpoint, long writeNanos) {}
        };
        return new Surroundings(
                real.archive(),
                real.learners(),
                () -> System.nanoTime() + skewNanos.get(),
                observations,
                real.scratch(),
                real.pretrained(),
                real.ahead(),
                real.devices());
    }

    @AfterEach
    void close() {
        watch.close();
        worker.close();
    }

    /** The broker has it at once. */
    private void say(AttemptEvent event) {
        said.add(event);
        worker.acknowledge(event);
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve(name + ".new"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(file, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private void gpusAreAt(int first, int second) throws IOException {
        program("nvidia-smi", """
                echo "0, GPU-1, 00000000:3B:00.0, NVIDIA T4, 15360, 3, %d, 0"
                echo "1, GPU-2, 00000000:AF:00.0, NVIDIA T4, 15360, 3, %d, 0\"""".formatted(first, second));
    }

    /** The next one of this kind. */
    private <T extends Event> T await(Class<T> type, Predicate<T> wanted) throws InterruptedException {
        while (true) {
            Event event = said.poll(60, SECONDS);
            assertThat(event).as("no %s, only %s", type.getSimpleName(), heard).isNotNull();
            heard.add(event);
            if (type.isInstance(event) && wanted.test(type.cast(event))) {
                return type.cast(event);
            }
        }
    }

    private <T extends Event> T await(Class<T> type) throws InterruptedException {
        return await(type, _ -> true);
    }

    private <T extends Event> List<T> all(Class<T> type) {
        return heard.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Test
    void an_attempt_ends_with_its_gpu_and_the_next_goes_on_on_the_other_from_the_checkpoint_before() throws Exception {
        AttemptAssigned first = bench.assignment(1, SCRATCH);
        worker.hear(first);
        await(CheckpointSaved.class);
        gpusAreAt(HOT, WELL);

        AttemptFailed failed = await(AttemptFailed.class);
        assertThat(failed)
                .isEqualTo(new AttemptFailed(
                        first.jobId(),
                        first.attempt(),
                        first.workerId(),
                        Fault.CAPACITY,
                        "GPU_BROKEN",
                        "GPU 0 (GPU-1) is at 97 degrees Celsius, 95 is too hot",
                        failed.readingMillis()));
        WorkerBeat beat = await(WorkerBeat.class, next -> next.holdings().isEmpty());
        assertThat(beat.gpus()).isEqualTo(1);
        assertThat(beat.readiness()).isEqualTo(Readiness.ACCEPTING);
        int checkpoints = all(CheckpointSaved.class).size();
        assertThat(heard.indexOf(all(CheckpointSaved.class).getLast()))
                .as("nothing is kept after the look")
                .isLessThan(heard.indexOf(all(WorkerBeat.class).stream()
                        .filter(fewer -> fewer.gpus() == 1)
                        .findFirst()
                        .orElseThrow()));
        assertThat(bench.store().exists("jobs/job-1/attempts/1/model.safetensors"))
                .isFalse();

        Origin origin = new Origin.Resumed(all(CheckpointSaved.class).getLast().checkpoint());
        AttemptAssigned second = bench.assignment(2, origin);
        worker.hear(second);
        assertThat(await(AttemptStarted.class).origin()).isEqualTo(origin);
        await(ProgressReported.class);
        worker.hear(new AttemptStopRequested(
                second.jobId(),
                second.attempt(),
                second.workerId(),
                second.incarnation(),
                StopReason.STOP_AND_KEEP_BEST));
        assertThat(await(AttemptSucceeded.class).attempt()).isEqualTo(second.attempt());
        assertThat(all(CheckpointSaved.class)).hasSizeGreaterThan(checkpoints);
    }

    @Test
    void a_trainer_that_hangs_on_its_broken_gpu_is_given_up_and_the_worker_leaves() throws Exception {
        worker.hear(bench.assignment(1, SCRATCH));
        await(CheckpointSaved.class);
        step.acquireUninterruptibly();
        try {
            while (!step.hasQueuedThreads()) {
                Thread.onSpinWait();
            }
            gpusAreAt(HOT, WELL);
            await(WorkerBeat.class, beat -> beat.gpus() == 1);
            skewNanos.addAndGet(Duration.ofMinutes(4).toNanos());
            assertThat(await(AttemptFailed.class).code()).isEqualTo("GPU_BROKEN");
            assertThat(await(WorkerBeat.class, beat -> beat.readiness() == Readiness.GONE)
                            .holdings())
                    .isEmpty();
            worker.awaitLeaving();
        } finally {
            step.release();
        }
    }

    @Test
    void an_attempt_goes_on_when_a_gpu_breaks_that_it_does_not_use() throws Exception {
        AttemptAssigned assignment = bench.assignment(1, SCRATCH);
        worker.hear(assignment);
        await(CheckpointSaved.class);
        gpusAreAt(WELL, HOT);
        await(WorkerBeat.class, beat -> beat.gpus() == 1);
        await(CheckpointSaved.class);
        gpusAreAt(WELL, WELL);
        await(WorkerBeat.class, beat -> beat.gpus() == 2);
        await(CheckpointSaved.class);
        assertThat(all(AttemptFailed.class)).isEmpty();
        worker.hear(new AttemptStopRequested(
                assignment.jobId(),
                assignment.attempt(),
                assignment.workerId(),
                assignment.incarnation(),
                StopReason.STOP_AND_KEEP_BEST));
        await(AttemptSucceeded.class);
    }
}
