package io.deeptrain.scheduler.adapter.quarkus;

import io.deeptrain.event.SchedulerId;
import io.deeptrain.messaging.adapter.kafka.RelayThread;
import io.deeptrain.messaging.adapter.micrometer.BuildInfo;
import io.deeptrain.messaging.adapter.micrometer.OutboxLag;
import io.deeptrain.scheduler.adapter.kafka.LoopSettings;
import io.deeptrain.scheduler.adapter.kafka.SchedulerLoop;
import io.deeptrain.scheduler.adapter.kafka.SchedulerView;
import io.deeptrain.scheduler.adapter.micrometer.SchedulerMetrics;
import io.deeptrain.scheduler.adapter.recording.FileRecorder;
import io.deeptrain.scheduler.adapter.recording.Recorder;
import io.deeptrain.scheduler.configuration.SettingsReader;
import io.deeptrain.scheduler.control.Answer;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.explain.StartTime;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The loop and the relay of this process, from its start to its end. */
@Startup
@ApplicationScoped
public class SchedulerProcess {
    private final RelayThread relay;
    private final SchedulerLoop loop;
    private final StartWatch starts;

    SchedulerProcess(
            DataSource dataSource,
            MeterRegistry registry,
            @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers,
            @ConfigProperty(name = "deeptrain.kafka.partitions") int partitions,
            @ConfigProperty(name = "deeptrain.kafka.replication") int replication,
            @ConfigProperty(name = "deeptrain.lease-term") Duration leaseTerm,
            @ConfigProperty(name = "deeptrain.scheduler.recordings") Optional<Path> recordings,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        BuildInfo.register(registry, "scheduler", version);
        SchedulerMetrics metrics = new SchedulerMetrics(registry);
        SchedulerId schedulerId = new SchedulerId("scheduler-" + UUID.randomUUID());
        starts = new StartWatch(metrics, metrics::missedStart);
        Map<String, String> properties = OperatorProperties.find();
        relay = RelayThread.start(dataSource, SchedulerLoop.SCHEMA, bootstrapServers);
        loop = SchedulerLoop.start(
                dataSource,
                new LoopSettings(
                        schedulerId,
                        bootstrapServers,
                        partitions,
                        replication,
                        SettingsReader.over(EngineSettings.ofService(leaseTerm), properties),
                        recordings
                                .map(folder -> FileRecorder.into(folder, leaseTerm, properties))
                                .orElse(Recorder.Factory.NONE)),
                starts);
        starts.watch(loop::snapshot);
        metrics.watch(loop::view);
        OutboxLag.register(registry, relay::backlog);
    }

    public SchedulerView view() {
        return loop.view();
    }

    /** See {@link SchedulerLoop#snapshot}. */
    public Optional<EngineSnapshot> snapshot(Duration atMost) {
        return loop.snapshot(atMost);
    }

    /** See {@link SchedulerLoop#order}. */
    public Optional<Answer> order(Order order, String operator, Duration atMost) {
        return loop.order(order, operator, atMost);
    }

    /** What may be promised of a job's start, given what the forecast has. */
    public StartTime promised(Instant asOf, StartTime forecast) {
        return starts.promised(asOf, forecast);
    }

    /** The loop first: what it commits last is still published. */
    @PreDestroy
    void end() {
        starts.close();
        loop.close();
        relay.close();
    }
}
