package io.deeptrain.worker.adapter.quarkus;

import io.deeptrain.event.FleetEvent.GangDoor;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.messaging.adapter.micrometer.BuildInfo;
import io.deeptrain.worker.adapter.djl.EngineNccl;
import io.deeptrain.worker.adapter.kafka.AssignmentReader;
import io.deeptrain.worker.adapter.kafka.AttemptOutlet;
import io.deeptrain.worker.adapter.kafka.BeatOutlet;
import io.deeptrain.worker.adapter.metrics.TrainingMetrics;
import io.deeptrain.worker.adapter.objects.PretrainedFiles;
import io.deeptrain.worker.adapter.process.GangSecret;
import io.deeptrain.worker.adapter.process.LentRanks;
import io.deeptrain.worker.adapter.process.ProcessGangs;
import io.deeptrain.worker.adapter.process.Rendezvous;
import io.deeptrain.worker.adapter.runtime.GpuWatch;
import io.deeptrain.worker.adapter.runtime.ThreadsAhead;
import io.deeptrain.worker.adapter.runtime.WorkerProcess;
import io.deeptrain.worker.adapter.tcp.Doors;
import io.deeptrain.worker.adapter.video.DecodedFilms;
import io.deeptrain.worker.attempt.WorkerIdentity;
import io.deeptrain.worker.gpu.VisibleGpus;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.Lending;
import io.deeptrain.worker.training.TrainingRun.Surroundings;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Starts and ends the worker.
 *
 * <p>At the start: find the end of the assignments, then beat, so that no assignment to this start is missed. At the
 * end: say that it drains, save and give back what it holds, say that it is gone.
 */
@ApplicationScoped
public class WorkerApplication {
    private static final Logger LOG = Logger.getLogger(WorkerApplication.class);
    private static final int GANG_PORT = 7400;
    private static final int EXIT_HUNG = 3;
    private static final long EXIT_SECONDS_MAX = 30;

    private final WorkerSettings settings;
    private final String bootstrapServers;
    private final Archive archive;
    private final Learners learners;
    private final GpuWatch gpus;
    private final MeterRegistry registry;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private volatile Stage stage = new Starting();
    private volatile boolean isStopping;

    private sealed interface Stage {}

    private record Starting() implements Stage {}

    private record Started(WorkerProcess process, BeatOutlet beats) implements Stage {}

    WorkerApplication(
            WorkerSettings settings,
            @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers,
            Archive archive,
            Learners learners,
            GpuWatch gpus,
            MeterRegistry registry,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        BuildInfo.register(registry, "gpu-worker", version);
        this.settings = settings;
        this.bootstrapServers = bootstrapServers;
        this.archive = archive;
        this.learners = learners;
        this.gpus = gpus;
        this.registry = registry;
    }

    /** On a thread of its own, because it waits for Kafka for as long as it takes while health is already served. */
    void start(@Observes StartupEvent event) {
        Thread.ofPlatform().daemon().name("worker-start").start(() -> {
            try {
                startWorker();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            } catch (IOException | RuntimeException failed) {
                LOG.error("the worker cannot start", failed);
            }
        });
    }

    private void startWorker() throws IOException, InterruptedException {
        WorkerId workerId = new WorkerId(settings.worker().id());
        List<String> devices = WorkerParts.devices(settings);
        Optional<Rendezvous> rendezvous = rendezvous();
        WorkerIdentity identity = new WorkerIdentity(
                workerId,
                new IncarnationId(UUID.randomUUID().toString()),
                settings.worker().gpuClass(),
                VisibleGpus.count(devices, settings.worker().gpus()),
                rendezvous.isPresent() ? Optional.of(door(rendezvous.get())) : Optional.empty(),
                VisibleGpus.slice(settings.worker().gpuFraction()));
        String source = "/deeptrain/workers/" + workerId;
        KafkaEventLog attemptLog = opened(new KafkaEventLog(bootstrapServers));
        KafkaEventLog beatLog = opened(new KafkaEventLog(bootstrapServers));
        BeatOutlet beats = opened(new BeatOutlet(beatLog, source, InstantSource.system()));
        Path scratch = Files.createTempDirectory("deeptrain-worker");
        opened(() -> Files.deleteIfExists(scratch));
        AttemptOutlet attempts = opened(new AttemptOutlet(attemptLog, source, InstantSource.system()));
        WorkerProcess process = opened(new WorkerProcess(
                identity,
                new Surroundings(
                        archive,
                        learners,
                        new ProcessGangs(
                                learners,
                                settings.worker().threads(),
                                WorkerParts.precision(settings),
                                devices,
                                rendezvous,
                                settings.worker().nccl() ? EngineNccl::at : _ -> Optional.empty()),
                        System::nanoTime,
                        new TrainingMetrics(registry),
                        scratch,
                        settings.worker().pretrained().map(PretrainedFiles::in).orElseGet(PretrainedFiles::bundled),
                        opened(new ThreadsAhead(settings.worker().inputThreads())),
                        gpus,
                        new DecodedFilms(archive)),
                rendezvous
                        .<Lending>map(
                                place -> new LentRanks(place, settings.worker().threads(), devices))
                        .orElse(Lending.NONE),
                attempts::publish,
                beats::send));
        attempts.start(process::acknowledge);
        AssignmentReader reader = opened(new AssignmentReader(bootstrapServers, workerId, process::hear, attemptLog));
        reader.awaitPosition();
        process.start();
        gpus.start(process::see);
        stage = new Started(process, beats);
        LOG.infof(
                "worker %s accepts attempts of up to %d GPUs, incarnation %s, GPU class %s",
                workerId, identity.gpus(), identity.incarnation(), identity.gpuClass());
        process.awaitLeaving();
        if (!isStopping) {
            endHungProcess();
        }
    }

    /** Whatever hangs on the broken GPU may keep this process from ending in order; its supervisor starts another. */
    private static void endHungProcess() {
        LOG.errorf("the trainer hangs on a broken GPU: the process ends, with exit code %d", EXIT_HUNG);
        CompletableFuture.delayedExecutor(EXIT_SECONDS_MAX, TimeUnit.SECONDS)
                .execute(() -> Runtime.getRuntime().halt(EXIT_HUNG));
        Quarkus.asyncExit(EXIT_HUNG);
    }

    private Optional<Rendezvous> rendezvous() throws IOException {
        if (settings.worker().gang().isEmpty()) {
            return Optional.empty();
        }
        WorkerSettings.Gang gang = settings.worker().gang().get();
        return Optional.of(opened(
                Rendezvous.open(new Doors(gang.host(), gang.port().orElse(GANG_PORT)), new GangSecret(gang.key()))));
    }

    private GangDoor door(Rendezvous rendezvous) throws IOException {
        WorkerSettings.Gang gang = settings.worker().gang().orElseThrow();
        return new GangDoor(
                rendezvous.address(),
                gang.rack().orElse(""),
                gang.nvlinkDomain().orElse(""));
    }

    void stop(@Observes ShutdownEvent event) throws Exception {
        isStopping = true;
        if (stage instanceof Started started
                && !started.process().drain(settings.worker().drainTimeout())) {
            LOG.warnf(
                    "left without having been heard within %s",
                    settings.worker().drainTimeout());
        }
        synchronized (open) {
            while (!open.isEmpty()) {
                open.pop().close();
            }
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        synchronized (open) {
            open.push(resource);
        }
        return resource;
    }

    boolean isAccepting() {
        return stage instanceof Started started && started.process().isAlive();
    }

    boolean isHeard() {
        return stage instanceof Started started && started.beats().isHeard();
    }
}
