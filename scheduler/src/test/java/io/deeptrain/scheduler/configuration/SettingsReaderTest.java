package io.deeptrain.scheduler.configuration;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.placement.QuarantineRule;
import io.deeptrain.scheduler.queue.Patience;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import io.deeptrain.scheduler.queue.Quota;
import io.deeptrain.scheduler.queue.Shape;
import io.deeptrain.scheduler.settings.InvalidSettingException;
import io.deeptrain.scheduler.settings.LimitsReader;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsReaderTest {
    private static final String QUEUES = "deeptrain.scheduler.queues.";

    @Test
    void without_properties_everything_stays_as_it_was() {
        assertThat(SettingsReader.over(EngineSettings.STANDARD, Map.of())).isEqualTo(EngineSettings.STANDARD);
    }

    @Test
    void groups_users_and_apps_get_what_is_written() {
        EngineSettings read = SettingsReader.over(
                EngineSettings.STANDARD,
                Map.of(
                        QUEUES + "groups.research.guaranteed", "16",
                        QUEUES + "groups.research.borrow-max", "8",
                        QUEUES + "groups.research.lend-max", "4",
                        QUEUES + "users.acme.group", "research",
                        QUEUES + "users.acme.weight", "3",
                        QUEUES + "apps.acme/flowers.priority", "high",
                        QUEUES + "apps.acme/flowers.running-max", "2"));
        QueueSettings expected = QueueSettings.STANDARD
                .withGroup(
                        "research",
                        new Member("", QueueLimits.STANDARD.withQuota(Shape.ANY_CLASS, new Quota(16, 8, 4))))
                .withUser("acme", new Member("research", QueueLimits.STANDARD.withWeight(3)))
                .withTenant(
                        ACME, QueueLimits.STANDARD.withPriority(Priority.HIGH).withRunningMax(2));
        assertThat(read).isEqualTo(EngineSettings.STANDARD.withQueues(expected));
    }

    @Test
    void a_name_may_have_dots_and_may_be_quoted() {
        EngineSettings read = SettingsReader.over(
                EngineSettings.STANDARD,
                Map.of(QUEUES + "users.\"a.b\".weight", "2", QUEUES + "users.c.d.weight", "3"));
        assertThat(read.queues().users())
                .isEqualTo(Map.of(
                        "a.b", new Member("", QueueLimits.STANDARD.withWeight(2)),
                        "c.d", new Member("", QueueLimits.STANDARD.withWeight(3))));
    }

    @Test
    void patience_and_preemption_get_what_is_written_and_keep_the_rest() {
        EngineSettings read = SettingsReader.over(
                EngineSettings.STANDARD,
                Map.of(
                        "deeptrain.scheduler.patience.per-gpu-second", "PT1S",
                        "deeptrain.scheduler.patience.root-beyond", "PT10H",
                        "deeptrain.scheduler.patience.work-max", "P30D",
                        "deeptrain.scheduler.patience.per-class", "P2D",
                        "deeptrain.scheduler.patience.overdue-after", "P1D",
                        "deeptrain.scheduler.preemption.hysteresis", "2",
                        "deeptrain.scheduler.preemption.run-min", "PT5M",
                        "deeptrain.scheduler.preemption.per-job-max", "0",
                        "deeptrain.scheduler.preemption.restart", "PT1M"));
        assertThat(read.queues().patience())
                .isEqualTo(new Patience(
                        Duration.ofSeconds(1),
                        Duration.ofHours(10),
                        Duration.ofDays(30),
                        Duration.ofDays(2),
                        Duration.ofDays(1)));
        assertThat(read.preemption()).isEqualTo(new Preemption(2, Duration.ofMinutes(5), 0, Duration.ofMinutes(1)));
        EngineSettings part = SettingsReader.over(
                EngineSettings.STANDARD, Map.of("deeptrain.scheduler.patience.overdue-after", "PT36H"));
        assertThat(part.queues().patience().overdueAfter()).isEqualTo(Duration.ofHours(36));
        assertThat(part.queues().patience().workMax()).isEqualTo(Patience.STANDARD.workMax());
    }

    @Test
    void quarantine_and_impossible_jobs_get_what_is_written() {
        EngineSettings read = SettingsReader.over(
                EngineSettings.STANDARD,
                Map.of(
                        "deeptrain.scheduler.quarantine.faults", "5",
                        "deeptrain.scheduler.quarantine.window", "PT1H",
                        "deeptrain.scheduler.quarantine.back-off", "PT5H",
                        "deeptrain.scheduler.quarantine.probation", "PT2H",
                        "deeptrain.scheduler.impossible-after", "PT2H",
                        "deeptrain.scheduler.run-time-max", "P3D",
                        "deeptrain.scheduler.shared-workers", "false"));
        assertThat(read.quarantine())
                .isEqualTo(new QuarantineRule(
                        5, Duration.ofHours(1), Duration.ofHours(5), Duration.ofHours(5), Duration.ofHours(2)));
        assertThat(read.impossibleAfter()).isEqualTo(Duration.ofHours(2));
        assertThat(read.runTimeMax()).isEqualTo(Duration.ofDays(3));
        assertThat(read.sharedWorkers()).isFalse();
        assertThat(SettingsReader.fixedNames())
                .contains("deeptrain.scheduler.impossible-after")
                .allMatch(SettingsReader::isMeant);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "queues.users.acme.weight; heavy; a whole number from 1 to 1000000000",
                "queues.users.acme.weight; 0; a whole number from 1 to 1000000000",
                "queues.users.acme.guaranteed; -1; a whole number from 0 to 1000000000",
                "queues.users.acme.guaranteed; 1000000001; a whole number from 0 to 1000000000",
                "queues.users.acme.wieght; 2; a field of user acme, which are [group, weight, running-max",
                "queues.users.acme.priority; HIGH; a field of user acme",
                "queues.apps.acme/flowers.group; lab; a field of app acme/flowers",
                "queues.apps.acme/flowers.priority; URGENT; one of [LOW, NORMAL, HIGH, CRITICAL]",
                "queues.apps.acme.weight; 2; a name like deeptrain.scheduler.queues.groups.GROUP.FIELD",
                "queues.app.acme/flowers.weight; 2; a name like",
                "queues.users.weight; 2; a name like",
                "queues.users.acme.group; lab; a group that is there, of []",
                "queues.groups.lab.group; lab; a group that does not lie within itself",
                "patience.overdue-after; 7 days; a duration from PT0S to P3650D",
                "patience.overdue-after; PT-1S; a duration from PT0S to P3650D",
                "patience.root-beyond; PT0S; a duration from PT0.001S to P3650D",
                "patience.impatience; P1D; a name of deeptrain.scheduler.patience. followed by one of [per-gpu-second",
                "preemption.hysteresis; 0.9; a number from 1 to 1000",
                "preemption.hysteresis; NaN; a number from 1 to 1000",
                "preemption.per-job-max; many; a whole number from 0",
                "quarantine.faults; 0; a whole number from 1",
                "quarantine.window; PT0S; a duration from PT0.001S",
                "quarantine.back-off-max; PT1S; a duration from PT5M",
                "quarantine.length; PT1S; a name of deeptrain.scheduler.quarantine. followed by one of [faults",
                "impossible-after; never; a duration from PT0.001S",
                "run-time-max; PT0S; a duration from PT0.001S",
                "shared-workers; perhaps; true or false",
                "preemption.never; true; a name of deeptrain.scheduler.preemption. followed by one of [hysteresis",
            })
    void what_cannot_be_names_the_property_its_value_and_what_would_be_right(
            String property, String value, String expected) {
        String whole = "deeptrain.scheduler." + property;
        assertThatThrownBy(() -> SettingsReader.over(EngineSettings.STANDARD, Map.of(whole, value)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("%s is \"%s\": ".formatted(whole, value))
                .hasMessageContaining(expected)
                .hasMessageEndingWith("would be right");
    }

    @Test
    void what_is_written_of_a_queue_reads_as_the_same() {
        Member member =
                new Member("lab", new QueueLimits(2, Map.of(Shape.ANY_CLASS, new Quota(4, 2, 1)), Priority.NORMAL, 7));
        assertThat(LimitsReader.written(member))
                .isEqualTo(Map.of(
                        "group", "lab",
                        "weight", "2",
                        "guaranteed", "4",
                        "borrow-max", "2",
                        "lend-max", "1",
                        "running-max", "7"));
        assertThat(LimitsReader.read(
                        new QueueName.OfUser("acme"), LimitsReader.written(member), UnaryOperator.identity()))
                .isEqualTo(member);
        assertThat(LimitsReader.written(Member.STANDARD)).isEmpty();
    }
}
