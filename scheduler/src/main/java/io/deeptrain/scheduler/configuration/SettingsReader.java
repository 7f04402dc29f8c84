package io.deeptrain.scheduler.configuration;

import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.placement.QuarantineRule;
import io.deeptrain.scheduler.queue.Patience;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import io.deeptrain.scheduler.settings.InvalidSettingException;
import io.deeptrain.scheduler.settings.LimitsReader;
import io.deeptrain.scheduler.settings.Values;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads an operator's properties into the engine's settings. What is not written stays as it was. As an example:
 *
 * <pre>
 * deeptrain.scheduler.queues.groups.research.guaranteed=16
 * deeptrain.scheduler.queues.users.acme.group=research
 * deeptrain.scheduler.queues.apps.acme/flowers.priority=HIGH
 * deeptrain.scheduler.patience.overdue-after=P7D
 * deeptrain.scheduler.preemption.run-min=PT1M
 * </pre>
 *
 * <p>A name that has a dot may be put in double quotes; it need not, as what a queue has comes after the last dot.
 */
public final class SettingsReader {
    private static final String QUEUES = "deeptrain.scheduler.queues.";
    private static final String PATIENCE = "deeptrain.scheduler.patience.";
    private static final String PREEMPTION = "deeptrain.scheduler.preemption.";

    private static final String QUARANTINE = "deeptrain.scheduler.quarantine.";
    private static final String IMPOSSIBLE_AFTER = "deeptrain.scheduler.impossible-after";
    private static final String RUN_TIME_MAX = "deeptrain.scheduler.run-time-max";
    private static final String SHARED_WORKERS = "deeptrain.scheduler.shared-workers";

    private static final List<String> PATIENCE_FIELDS =
            List.of("per-gpu-second", "root-beyond", "work-max", "per-class", "overdue-after");
    private static final List<String> PREEMPTION_FIELDS = List.of("hysteresis", "run-min", "per-job-max", "restart");

    private static final List<String> QUARANTINE_FIELDS =
            List.of("faults", "window", "back-off", "back-off-max", "probation");

    private static final Duration MILLISECOND = Duration.ofMillis(1);

    private SettingsReader() {}

    /** Properties that have one name each, and no place for the name of a queue in it. */
    public static List<String> fixedNames() {
        return Stream.of(
                        PATIENCE_FIELDS.stream().map(field -> PATIENCE + field),
                        PREEMPTION_FIELDS.stream().map(field -> PREEMPTION + field),
                        QUARANTINE_FIELDS.stream().map(field -> QUARANTINE + field),
                        Stream.of(IMPOSSIBLE_AFTER, RUN_TIME_MAX, SHARED_WORKERS))
                .flatMap(names -> names)
                .toList();
    }

    /** Whether this reader has to know what the property means. */
    public static boolean isMeant(String property) {
        return Stream.of(QUEUES, PATIENCE, PREEMPTION, QUARANTINE, IMPOSSIBLE_AFTER, RUN_TIME_MAX, SHARED_WORKERS)
                .anyMatch(property::startsWith);
    }

    /**
     * The settings with what the properties change.
     *
     * @throws InvalidSettingException which names the property, its value and what would be right
     */
    public static EngineSettings over(EngineSettings settings, Map<String, String> properties) {
        QueueSettings queues = settings.queues();
        Preemption preemption = settings.preemption();
        QuarantineRule quarantine = settings.quarantine();
        Duration impossibleAfter = settings.impossibleAfter();
        Duration runTimeMax = settings.runTimeMax();
        boolean sharedWorkers = settings.sharedWorkers();
        SortedMap<QueueName, SortedMap<String, String>> limits = new TreeMap<>();
        for (Map.Entry<String, String> entry : new TreeMap<>(properties).entrySet()) {
            String property = entry.getKey();
            String value = entry.getValue();
            if (property.startsWith(QUEUES)) {
                collect(property, value, limits);
            } else if (property.startsWith(PATIENCE)) {
                queues = queues.withPatience(patience(queues.patience(), property, value));
            } else if (property.startsWith(PREEMPTION)) {
                preemption = preemption(preemption, property, value);
            } else if (property.startsWith(QUARANTINE)) {
                quarantine = quarantine(quarantine, property, value);
            } else if (property.equals(IMPOSSIBLE_AFTER)) {
                impossibleAfter = Values.duration(property, value, MILLISECOND);
            } else if (property.equals(RUN_TIME_MAX)) {
                runTimeMax = Values.duration(property, value, MILLISECOND);
            } else if (property.equals(SHARED_WORKERS)) {
                sharedWorkers = Values.truth(property, value);
            }
        }
        return settings.withQueues(queues(queues, limits))
                .withPreemption(preemption)
                .withQuarantine(quarantine)
                .withImpossibleAfter(impossibleAfter)
                .withRunTimeMax(runTimeMax)
                .withSharedWorkers(sharedWorkers);
    }

    private static void collect(String property, String value, SortedMap<QueueName, SortedMap<String, String>> limits) {
        String path = property.substring(QUEUES.length());
        int afterKind = path.indexOf('.');
        int beforeField = path.lastIndexOf('.');
        if (afterKind < 0 || beforeField <= afterKind) {
            throw notAQueue(property, value);
        }
        String kinds = path.substring(0, afterKind);
        String name = unquoted(path.substring(afterKind + 1, beforeField));
        QueueName queue = QueueName.parse(kinds.endsWith("s") ? kinds.substring(0, kinds.length() - 1) : "", name)
                .orElseThrow(() -> notAQueue(property, value));
        limits.computeIfAbsent(queue, _ -> new TreeMap<>()).put(path.substring(beforeField + 1), value);
    }

    private static InvalidSettingException notAQueue(String property, String value) {
        return new InvalidSettingException(
                property,
                value,
                "a name like %1$sgroups.GROUP.FIELD, %1$susers.USER.FIELD or %1$sapps.USER/APP.FIELD"
                        .formatted(QUEUES));
    }

    private static String unquoted(String name) {
        boolean isQuoted = name.length() > 2 && name.startsWith("\"") && name.endsWith("\"");
        return isQuoted ? name.substring(1, name.length() - 1) : name;
    }

    private static QueueSettings queues(
            QueueSettings standard, SortedMap<QueueName, SortedMap<String, String>> limits) {
        SortedMap<QueueName, Member> members = new TreeMap<>();
        limits.forEach((queue, fields) ->
                members.put(queue, LimitsReader.read(queue, fields, field -> propertyOf(queue, field))));
        standard.flawOf(members).ifPresent(flaw -> {
            throw new InvalidSettingException(
                    propertyOf(flaw.queue(), LimitsReader.GROUP), flaw.group(), flaw.expected());
        });
        return standard.with(members);
    }

    private static String propertyOf(QueueName queue, String field) {
        return "%s%ss.%s.%s".formatted(QUEUES, queue.kind(), queue.name(), field);
    }

    private static Patience patience(Patience before, String property, String value) {
        return switch (property.substring(PATIENCE.length())) {
            case "per-gpu-second" ->
                new Patience(
                        Values.duration(property, value, Duration.ZERO),
                        before.rootBeyond(),
                        before.workMax(),
                        before.perClass(),
                        before.overdueAfter());
            case "root-beyond" ->
                new Patience(
                        before.perGpuSecond(),
                        Values.duration(property, value, MILLISECOND),
                        before.workMax(),
                        before.perClass(),
                        before.overdueAfter());
            case "work-max" ->
                new Patience(
                        before.perGpuSecond(),
                        before.rootBeyond(),
                        Values.duration(property, value, Duration.ZERO),
                        before.perClass(),
                        before.overdueAfter());
            case "per-class" ->
                new Patience(
                        before.perGpuSecond(),
                        before.rootBeyond(),
                        before.workMax(),
                        Values.duration(property, value, Duration.ZERO),
                        before.overdueAfter());
            case "overdue-after" ->
                new Patience(
                        before.perGpuSecond(),
                        before.rootBeyond(),
                        before.workMax(),
                        before.perClass(),
                        Values.duration(property, value, Duration.ZERO));
            default -> throw unknown(property, value, PATIENCE, PATIENCE_FIELDS);
        };
    }

    private static Preemption preemption(Preemption before, String property, String value) {
        return switch (property.substring(PREEMPTION.length())) {
            case "hysteresis" ->
                new Preemption(Values.factor(property, value), before.runMin(), before.perJobMax(), before.restart());
            case "run-min" ->
                new Preemption(
                        before.hysteresis(),
                        Values.duration(property, value, Duration.ZERO),
                        before.perJobMax(),
                        before.restart());
            case "per-job-max" ->
                new Preemption(
                        before.hysteresis(), before.runMin(), Values.count(property, value, 0), before.restart());
            case "restart" ->
                new Preemption(
                        before.hysteresis(),
                        before.runMin(),
                        before.perJobMax(),
                        Values.duration(property, value, Duration.ZERO));
            default -> throw unknown(property, value, PREEMPTION, PREEMPTION_FIELDS);
        };
    }

    private static QuarantineRule quarantine(QuarantineRule before, String property, String value) {
        return switch (property.substring(QUARANTINE.length())) {
            case "faults" ->
                new QuarantineRule(
                        Values.count(property, value, 1),
                        before.window(),
                        before.backOff(),
                        before.backOffMax(),
                        before.probation());
            case "window" ->
                new QuarantineRule(
                        before.faults(),
                        Values.duration(property, value, MILLISECOND),
                        before.backOff(),
                        before.backOffMax(),
                        before.probation());
            case "back-off" -> {
                Duration backOff = Values.duration(property, value, MILLISECOND);
                Duration longest = backOff.compareTo(before.backOffMax()) > 0 ? backOff : before.backOffMax();
                yield new QuarantineRule(before.faults(), before.window(), backOff, longest, before.probation());
            }
            case "back-off-max" ->
                new QuarantineRule(
                        before.faults(),
                        before.window(),
                        before.backOff(),
                        Values.duration(property, value, before.backOff()),
                        before.probation());
            case "probation" ->
                new QuarantineRule(
                        before.faults(),
                        before.window(),
                        before.backOff(),
                        before.backOffMax(),
                        Values.duration(property, value, MILLISECOND));
            default -> throw unknown(property, value, QUARANTINE, QUARANTINE_FIELDS);
        };
    }

    private static InvalidSettingException unknown(String property, String value, String prefix, List<String> fields) {
        return new InvalidSettingException(
                property, value, "a name of %s followed by one of %s".formatted(prefix, fields));
    }
}
