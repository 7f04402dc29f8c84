package io.deeptrain.scheduler.adapter.recording;

import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.ONE;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.scheduler.adapter.recording.Recording.Replayed;
import io.deeptrain.scheduler.configuration.SettingsReader;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.engine.Input;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.engine.Input.Ordered;
import io.deeptrain.scheduler.engine.Input.Tick;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import io.deeptrain.scheduler.job.Directives;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
    private static final Map<String, String> PROPERTIES = Map.of(
            "deeptrain.scheduler.shared-workers", "true", "deeptrain.scheduler.queues.users.acme.running-max", "1");
    private static final Member LIMITS_OF_USER = new Member(Member.NO_GROUP, QueueLimits.STANDARD.withWeight(3));
    private static final Member LIMITS = new Member(Member.NO_GROUP, QueueLimits.STANDARD.withPriority(Priority.HIGH));

    @TempDir
    private Path folder;

    @Test
    void tells_another_engine_all_that_the_recorded_one_was_told() throws IOException {
        Replayed replayed = new Recording(recorded()).replay();

        assertThat(replayed.deviation()).isEmpty();
        assertThat(replayed.jobs()).isEqualTo(2);
        assertThat(replayed.commits()).isEqualTo(inputs().size());
        assertThat(replayed.inputs()).isEqualTo(inputs().size());
    }

    @Test
    void says_where_an_engine_decides_otherwise() throws IOException {
        Path file = recorded();
        rewrite(file, text -> text.replace("acme.running-max\":\"1", "acme.running-max\":\"2"));

        assertThat(new Recording(file).replay().deviation())
                .hasValueSatisfying(deviation -> assertThat(deviation.after()).contains("IN_SERVICE"));
    }

    @Test
    void reads_what_a_killed_process_has_committed() throws IOException {
        Path file = recorded();
        long commits = new Recording(file).replay().commits();
        byte[] bytes = Files.readAllBytes(file);
        for (int cut = 1; cut < bytes.length / 2; cut += 13) {
            Files.write(file, Arrays.copyOf(bytes, bytes.length - cut));

            Replayed replayed = new Recording(file).replay();

            assertThat(replayed.deviation()).isEmpty();
            assertThat(replayed.commits()).isBetween(1L, commits);
        }
    }

    @Test
    void refuses_what_is_no_recording_and_names_the_line() throws IOException {
        Path file = recorded();
        rewrite(file, text -> text.replaceFirst("\"kind\":\"tick\"", "\"kind\":\"tock\""));
        assertThatThrownBy(() -> new Recording(file).replay())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line ")
                .hasMessageContaining("tock");

        rewrite(file, text -> text.replaceFirst("\"format\":1", "\"format\":2"));
        assertThatThrownBy(() -> new Recording(file).replay())
                .hasMessage("%s is no recording of format 1".formatted(file));
    }

    /** Two jobs of a user who may run one at a time, and every kind of order. */
    private static List<Input> inputs() {
        QueueName queue = new QueueName.OfUser("acme");
        return List.of(
                new Tick(T0, T0),
                new Heard(new WorkerBeat(ALICE, ONE, 1, "cpu", 4, Readiness.ACCEPTING, List.of()), T0.plusMillis(1)),
                new Tick(T0.plusMillis(200), T0.plusMillis(200)),
                new Heard(request(3), T0.plusMillis(300)),
                new Ordered(new Order.SetLimits(queue, LIMITS_OF_USER), T0.plusMillis(301)),
                new Ordered(new Order.ResetLimits(queue), T0.plusMillis(302)),
                new Ordered(new Order.SetCondition(ALICE, Condition.CORDONED), T0.plusMillis(303)),
                new Ordered(new Order.Hold(job(2)), T0.plusMillis(304)),
                new Ordered(new Order.Release(job(2)), T0.plusMillis(305)),
                new Ordered(new Order.Prioritise(job(2), Optional.of(Priority.HIGH)), T0.plusMillis(306)),
                new Ordered(new Order.Prioritise(job(2), Optional.empty()), T0.plusMillis(307)),
                new Ordered(new Order.Move(job(2), ALICE), T0.plusMillis(308)),
                new Ordered(new Order.SetCondition(ALICE, Condition.IN_SERVICE), T0.plusMillis(309)),
                new Tick(T0.plusSeconds(5), T0.plusSeconds(5)));
    }

    private Path recorded() throws IOException {
        EngineSettings settings = EngineSettings.ofService(EngineSettings.STANDARD.leaseTerm());
        List<JobRecord> jobs = List.of(
                JobRecord.queued(request(1), 1, T0),
                JobRecord.queued(request(2), 2, T0).with(Directives.NONE.withPriority(Optional.of(Priority.LOW))));
        Controls controls = Controls.NONE
                .with(new QueueName.OfApp(request(1).tenant()), LIMITS)
                .with(ALICE, Condition.DRAINING);
        SchedulerEngine engine = SchedulerEngine.restore(jobs, controls, SettingsReader.over(settings, PROPERTIES));
        try (Recorder recorder =
                FileRecorder.into(folder, settings.leaseTerm(), PROPERTIES).open(7)) {
            recorder.restored(jobs, controls);
            for (Input input : inputs()) {
                recorder.folded(input, engine.apply(input));
                recorder.committed();
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findFirst().orElseThrow();
        }
    }

    private static void rewrite(Path file, UnaryOperator<String> change) throws IOException {
        String text;
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(change.apply(text).getBytes(StandardCharsets.UTF_8));
        }
        Files.write(file, bytes.toByteArray());
    }
}
