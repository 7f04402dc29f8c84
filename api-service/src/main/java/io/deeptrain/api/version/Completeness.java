package io.deeptrain.api.version;

import io.deeptrain.api.version.VersionState.Pace;
import io.deeptrain.event.AttemptEvent.InputsRead;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Progress;
import java.time.Duration;
import java.util.Optional;

/** How much of a training is done, and how long the rest will take. */
final class Completeness {
    /**
     * Training fills the bar up to here; evaluation and export, which are short, fill the rest but for the last
     * percent.
     */
    private static final int PERCENT_TRAINED = 95;

    private static final int PERCENT_EVALUATING = 96;
    private static final int PERCENT_EXPORTING = 98;

    private Completeness() {}

    /** 0 to 98: the last percents belong to a version that is trained. */
    static int percentOf(Progress progress) {
        return switch (progress.phase()) {
            case TRAINING ->
                progress.steps() == 0 ? 0 : Math.toIntExact(PERCENT_TRAINED * progress.step() / progress.steps());
            case EVALUATING -> PERCENT_EVALUATING;
            case EXPORTING -> PERCENT_EXPORTING;
        };
    }

    static Pace pace(Pace known, ProgressReported report) {
        return switch (known) {
            case Pace.Unknown _, Pace.Reading _ ->
                new Pace.Measured(report.progress(), report.readingMillis(), report.progress(), report.readingMillis());
            case Pace.Measured(var first, var firstMillis, var newest, var newestMillis) ->
                report.readingMillis() < newestMillis
                        ? new Pace.Measured(first, firstMillis, newest, newestMillis)
                        : new Pace.Measured(first, firstMillis, report.progress(), report.readingMillis());
        };
    }

    /** Whether less is known of the attempt than that it has read so many inputs. */
    static boolean isBehind(Pace known, InputsRead read) {
        return switch (known) {
            case Pace.Unknown() -> true;
            case Pace.Reading(var inputsRead, var _) -> inputsRead < read.inputsRead();
            case Pace.Measured _ -> false;
        };
    }

    /** By the pace of this attempt so far; nothing before its second report. */
    static Optional<Duration> left(Pace pace) {
        if (!(pace instanceof Pace.Measured(var first, var firstMillis, var newest, var newestMillis))
                || newest.step() <= first.step()
                || newestMillis <= firstMillis) {
            return Optional.empty();
        }
        double millisPerStep = (double) (newestMillis - firstMillis) / (newest.step() - first.step());
        return Optional.of(Duration.ofMillis(Math.round(millisPerStep * (newest.steps() - newest.step()))));
    }
}
