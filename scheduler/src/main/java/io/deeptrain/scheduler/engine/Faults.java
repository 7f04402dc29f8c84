package io.deeptrain.scheduler.engine;

import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.job.Losses;
import io.deeptrain.scheduler.placement.QuarantineRule;
import io.deeptrain.scheduler.placement.QuarantineRule.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps new work from workers that lose attempts through no fault of the jobs' owners, see {@link QuarantineRule}. Two
 * things keep it from doing harm: a job counts once against a worker, so that one which breaks whatever runs it does
 * not take the fleet with it; and half of the workers stay in service, as what many of them suffer at once is not
 * theirs.
 */
final class Faults {
    /** A fleet that a scheduler gets to know is not yet one in which nobody is left. */
    static final Duration NOBODY_LEFT_FOR = Duration.ofSeconds(10);

    private final QuarantineRule rule;
    private final Operator operator;
    private final Consumer<WorkerId> changed;
    private Optional<Instant> nobodySince = Optional.empty();

    /** The operator keeps how workers stand; {@code changed} is told of whom that may be another matter now. */
    Faults(QuarantineRule rule, Operator operator, Consumer<WorkerId> changed) {
        this.rule = rule;
        this.operator = operator;
        this.changed = changed;
    }

    /**
     * The worker has lost an attempt.
     *
     * @param earlier where the same job was lost before
     * @param workersThere how many there are, this one among them
     */
    void blame(WorkerId workerId, Losses earlier, int workersThere, Instant now) {
        if (earlier.workers().contains(workerId)) {
            return;
        }
        Controls controls = operator.controls();
        Standing before = rule.at(controls.standingOf(workerId), nanosOf(now));
        Standing after = rule.afterFault(before, nanosOf(now));
        boolean isTakenOut = after.isOut() && !before.isOut();
        if (!isTakenOut || (outCount(controls) + 1) * 2 <= workersThere) {
            become(workerId, after);
        }
    }

    /** Time has passed. If for a while nobody has taken on work any more, whoever is out comes back. */
    void review(boolean takesNobodyOnWork, Instant now) {
        nobodySince = takesNobodyOnWork ? nobodySince.or(() -> Optional.of(now)) : Optional.empty();
        boolean isNobodyLeft = nobodySince
                .filter(since -> !now.isBefore(since.plus(NOBODY_LEFT_FOR)))
                .isPresent();
        for (Map.Entry<WorkerId, Standing> entry :
                operator.controls().standings().entrySet()) {
            Standing before = entry.getValue();
            Standing after = switch (rule.at(before, nanosOf(now))) {
                case Standing.Out(var round, var _)
                when isNobodyLeft ->
                    new Standing.Probation(
                            round, nanosOf(now) + rule.probation().toNanos());
                case Standing.Good(var faultNanos)
                when faultNanos.isEmpty()
                        || nanosOf(now) - faultNanos.getLast() >= rule.window().toNanos() -> QuarantineRule.GOOD;
                case Standing other -> other;
            };
            if (!after.equals(before)) {
                become(entry.getKey(), after);
            }
        }
    }

    private void become(WorkerId workerId, Standing standing) {
        operator.become(operator.controls().with(workerId, standing));
        changed.accept(workerId);
    }

    private static long outCount(Controls controls) {
        return controls.standings().values().stream().filter(Standing::isOut).count();
    }

    private static long nanosOf(Instant now) {
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }
}
