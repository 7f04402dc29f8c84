package io.deeptrain.cli.screen;

import io.deeptrain.cli.port.Bill;
import io.deeptrain.cli.port.VersionStatus;
import io.deeptrain.event.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One line that says how a training goes. What is not known is left out, never guessed. */
public final class TrainingLine {
    private static final int BAR_WIDTH = 20;
    private static final String TEST_ACCURACY = "test_accuracy";

    private TrainingLine() {}

    public static String of(VersionStatus status, Optional<Progress> progress, Optional<Bill> bill) {
        return switch (status.state()) {
            case UNTRAINED, QUEUED -> "queued: waits for a worker";
            case TRAINING, TRAINED, FAILED -> running(status, progress, bill);
        };
    }

    private static String running(VersionStatus status, Optional<Progress> progress, Optional<Bill> bill) {
        if (progress.isEmpty()) {
            String inputs = status.details().isEmpty() ? "" : ", " + status.details();
            return "starting: the worker fetches the images and sets up the network" + inputs;
        }
        Progress newest = progress.get();
        List<String> parts = new ArrayList<>();
        parts.add(
                "%s %s %3d %%".formatted(phase(newest), Bar.of(status.percent() / 100.0, BAR_WIDTH), status.percent()));
        if (!Double.isNaN(newest.loss())) {
            parts.add(number("loss %.3f", newest.loss()));
        }
        Optional.ofNullable(newest.metrics().get(TEST_ACCURACY))
                .ifPresent(accuracy -> parts.add(number("test accuracy %.3f", accuracy)));
        if (newest.imagesPerSecond() > 0) {
            parts.add(number("%,.0f img/s", newest.imagesPerSecond()));
        }
        status.left().ifPresent(left -> parts.add(Words.time(left) + " left"));
        bill.map(Bill::statement)
                .ifPresent(statement -> parts.add(
                        Words.amount(statement.amountCents(), statement.rate().currency())));
        return String.join("  ", parts);
    }

    /** The epoch under way counts from 1; the contract's counts the completed ones. */
    private static String phase(Progress progress) {
        return switch (progress.phase()) {
            case TRAINING ->
                "epoch %d/%d".formatted(Math.min(progress.epoch() + 1, progress.epochs()), progress.epochs());
            case EVALUATING -> "evaluating";
            case EXPORTING -> "publishing";
        };
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
