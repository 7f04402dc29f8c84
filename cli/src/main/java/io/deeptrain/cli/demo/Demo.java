package io.deeptrain.cli.demo;

import io.deeptrain.cli.demo.DemoFailedException.Reason;
import io.deeptrain.cli.images.ImageSet;
import io.deeptrain.cli.images.LabelledImage;
import io.deeptrain.cli.port.ApiRefusedException;
import io.deeptrain.cli.port.Bill;
import io.deeptrain.cli.port.EventStream;
import io.deeptrain.cli.port.Screen;
import io.deeptrain.cli.port.Time;
import io.deeptrain.cli.port.TrainingApi;
import io.deeptrain.cli.port.TrainingApi.Estimate;
import io.deeptrain.cli.port.TrainingApi.Guess;
import io.deeptrain.cli.port.TrainingApi.NewModel;
import io.deeptrain.cli.port.TrainingApi.Sight;
import io.deeptrain.cli.port.TrainingApi.VersionPath;
import io.deeptrain.cli.port.VersionStatus.State;
import io.deeptrain.cli.screen.Bar;
import io.deeptrain.cli.screen.BillLines;
import io.deeptrain.cli.screen.EventLine;
import io.deeptrain.cli.screen.Picture;
import io.deeptrain.cli.screen.TrainingLine;
import io.deeptrain.cli.screen.Words;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The whole product in one screen: images in, a model out, a training cancelled, a bill that explains itself, and the
 * events behind it. Over the public API and the public topics alone.
 */
public final class Demo {
    private static final String MODEL = "reader";
    private static final String MODEL_TYPE = "visual-classifier";
    private static final String TEMPLATE = "classification_cifar10_v1";
    /** Estimates come without one; bills say theirs. */
    private static final String CURRENCY = "USD";

    private static final int HELD_OUT_MAX = 500;
    private static final int PICTURES = 5;
    private static final int ID_SHOWN = 8;
    private static final int BAR_WIDTH = 20;
    private static final int IMPORT_MILESTONES = 4;
    private static final String PICTURE_GAP = "  ";
    /** At four dollars an hour the meter then shows a cent. */
    private static final Duration CANCELLED_AFTER_MAX = Duration.ofSeconds(10);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);
    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);

    private final TrainingApi api;
    private final Following following;
    private final Screen screen;
    private final Time time;
    private final DemoSettings settings;

    public Demo(TrainingApi api, EventStream events, Screen screen, Time time, DemoSettings settings) {
        this.api = api;
        this.following = new Following(events);
        this.screen = screen;
        this.time = time;
        this.settings = settings;
    }

    public void run(ImageSet all) throws IOException {
        ImageSet images = all.first(settings.images(), HELD_OUT_MAX);
        heading("App", "%s at %s".formatted(settings.app(), settings.url()));
        api.createApp(settings.app());
        addImages(images);
        Estimate estimate = createModel(images);

        VersionPath first = train(estimate);
        predict(first, images);
        VersionPath second = cancel(cancelledAfter(first));

        showBill(first, second);
        showEvents(first, second);
        showWhatNext(first);
    }

    private void addImages(ImageSet images) throws IOException {
        List<LabelledImage> training = images.training();
        heading(
                "Images",
                "%s: %s of %s to learn from, %,d more kept apart"
                        .formatted(
                                images.title(),
                                Words.count(training.size(), "image"),
                                images.labels().size() + " classes",
                                images.heldOut().size()));
        Duration begin = time.elapsed();
        int milestonesShown = 0;
        for (int from = 0; from < training.size(); from += TrainingApi.IMAGES_PER_CALL_MAX) {
            int to = Math.min(from + TrainingApi.IMAGES_PER_CALL_MAX, training.size());
            api.addImages(settings.app(), training.subList(from, to));
            double share = (double) to / training.size();
            String text = "import %s %3d %%  %,d of %s  %,d per second"
                    .formatted(
                            Bar.of(share, BAR_WIDTH),
                            (int) (100 * share),
                            to,
                            Words.count(training.size(), "image"),
                            perSecond(to, time.elapsed().minus(begin)));
            if ((int) (share * IMPORT_MILESTONES) > milestonesShown) {
                milestonesShown = (int) (share * IMPORT_MILESTONES);
                screen.milestone(indented(text));
            } else {
                screen.live(indented(text));
            }
        }
        screen.endLive();
    }

    private Estimate createModel(ImageSet images) throws IOException {
        api.createModel(settings.app(), new NewModel(MODEL, MODEL_TYPE, TEMPLATE, settings.epochs(), images.labels()));
        heading("Model", "%s: %s, %d epochs".formatted(MODEL, TEMPLATE, settings.epochs()));
        Estimate estimate =
                api.estimate(settings.app(), MODEL, images.training().size());
        heading(
                "Estimate",
                "%s (80 %%: %s to %s)   %s, billed by the second"
                        .formatted(
                                Words.time(estimate.time()),
                                Words.time(estimate.low()),
                                Words.time(estimate.high()),
                                Words.amount(estimate.costCents(), CURRENCY)));
        detail("basis: " + estimate.basis());
        return estimate;
    }

    private VersionPath train(Estimate estimate) throws IOException {
        VersionPath version = api.train(settings.app(), MODEL);
        heading("Train", "version %s".formatted(version.version()));
        Sight end = follow(version);
        Statement bill = postedBill(version).statement();
        if (end.status().state() == State.FAILED) {
            throw new DemoFailedException(
                    Reason.TRAINING_FAILED,
                    "the training failed: " + end.status().details(),
                    "The charge is %s. Look into the worker's log: ./deeptrain logs gpu-worker"
                            .formatted(
                                    Words.amount(bill.amountCents(), bill.rate().currency())));
        }
        Optional<Double> accuracy =
                end.progress().map(progress -> progress.metrics().get("test_accuracy"));
        detail("TRAINED in %s, estimated %s%s"
                .formatted(
                        Words.time(Duration.ofSeconds(bill.billedSeconds())),
                        Words.time(estimate.time()),
                        accuracy.map(share -> String.format(
                                        Locale.ROOT,
                                        "; test accuracy %.3f on the tenth that the platform held out",
                                        share))
                                .orElse("")));
        return version;
    }

    /** Shows how the training goes until it has ended. */
    private Sight follow(VersionPath version) throws IOException {
        Duration deadline = time.elapsed().plus(settings.trainingTimeMax());
        int epochShown = -1;
        while (true) {
            Sight sight = look(version);
            String text = indented(TrainingLine.of(sight.status(), sight.progress(), api.bill(version)));
            int epoch = sight.progress().map(Progress::epoch).orElse(0);
            if (epoch > epochShown) {
                epochShown = epoch;
                screen.milestone(text);
            } else {
                screen.live(text);
            }
            if (hasEnded(sight)) {
                screen.endLive();
                return sight;
            }
            if (time.elapsed().compareTo(deadline) > 0) {
                screen.endLive();
                throw new DemoFailedException(
                        Reason.OVERDUE,
                        "the training has not ended within " + Words.time(settings.trainingTimeMax()),
                        "It goes on; ./deeptrain logs shows what each part does.");
            }
            time.pause(BETWEEN_LOOKS);
        }
    }

    private static boolean hasEnded(Sight sight) {
        return sight.status().state() == State.TRAINED || sight.status().state() == State.FAILED;
    }

    private Sight look(VersionPath version) throws IOException {
        try {
            return api.look(version);
        } catch (ApiRefusedException refused) {
            if (refused.meansNotFound()) {
                throw new DemoFailedException(
                        Reason.TRAINING_CANCELLED,
                        "version %s was deleted while it trained".formatted(version.version()),
                        "Whoever deleted it cancelled it; start the demo again.");
            }
            throw refused;
        }
    }

    private void predict(VersionPath version, ImageSet images) throws IOException {
        List<LabelledImage> heldOut = images.heldOut();
        List<Guess> best = new ArrayList<>();
        for (int from = 0; from < heldOut.size(); from += TrainingApi.IMAGES_PER_CALL_MAX) {
            int to = Math.min(from + TrainingApi.IMAGES_PER_CALL_MAX, heldOut.size());
            api.predict(version, heldOut.subList(from, to)).forEach(guesses -> best.add(guesses.getFirst()));
        }
        long right = 0;
        for (int i = 0; i < heldOut.size(); i++) {
            right += best.get(i).concept().equals(heldOut.get(i).label()) ? 1 : 0;
        }
        heading(
                "Predict",
                "%s that nobody uploaded: %,d right, accuracy %s"
                        .formatted(
                                Words.count(heldOut.size(), "image"),
                                right,
                                Words.percent(heldOut.isEmpty() ? 0 : (double) right / heldOut.size())));
        pictures(heldOut, best).forEach(this::detail);
    }

    /** The first of them side by side, each with the guess below and, where that is wrong, the truth. */
    private static List<String> pictures(List<LabelledImage> images, List<Guess> guesses) throws IOException {
        int count = Math.min(PICTURES, images.size());
        List<StringBuilder> rows = new ArrayList<>();
        for (int row = 0; row < Picture.HEIGHT + 2; row++) {
            rows.add(new StringBuilder());
        }
        for (int i = 0; i < count; i++) {
            List<String> picture = Picture.of(images.get(i).content().read());
            for (int row = 0; row < Picture.HEIGHT; row++) {
                rows.get(row).append(picture.get(row)).append(PICTURE_GAP);
            }
            Guess guess = guesses.get(i);
            boolean right = guess.concept().equals(images.get(i).label());
            rows.get(Picture.HEIGHT)
                    .append(cell("%s %s".formatted(guess.concept(), Words.percent(guess.probability()))));
            rows.get(Picture.HEIGHT + 1)
                    .append(cell(right ? "✓" : "✗ it is " + images.get(i).label()));
        }
        return rows.stream().map(row -> row.toString().stripTrailing()).toList();
    }

    private static String cell(String text) {
        String fitting = text.length() <= Picture.WIDTH ? text : text.substring(0, Picture.WIDTH);
        return fitting + " ".repeat(Picture.WIDTH - fitting.length()) + PICTURE_GAP;
    }

    /** Well before a training like the first would end. */
    private Duration cancelledAfter(VersionPath first) throws IOException {
        Duration half = Duration.ofSeconds(postedBill(first).statement().billedSeconds())
                .dividedBy(2);
        return half.compareTo(CANCELLED_AFTER_MAX) < 0 ? half : CANCELLED_AFTER_MAX;
    }

    private VersionPath cancel(Duration after) throws IOException {
        VersionPath version = api.train(settings.app(), MODEL);
        heading("Cancel", "version %s trains, and is deleted after some seconds".formatted(version.version()));
        Duration deadline = time.elapsed().plus(settings.trainingTimeMax());
        boolean begun = false;
        Sight sight = look(version);
        while (sight.meterMillis() < after.toMillis()) {
            String text = indented(TrainingLine.of(sight.status(), sight.progress(), api.bill(version)));
            boolean runs = sight.meterMillis() > 0;
            if (runs && !begun) {
                screen.milestone(text);
            } else {
                screen.live(text);
            }
            begun = runs;
            if (hasEnded(sight)) {
                screen.endLive();
                throw new DemoFailedException(
                        Reason.OVERDUE,
                        "the second training ended before it could be cancelled",
                        "Give it more to do, with --images or --epochs.");
            }
            if (time.elapsed().compareTo(deadline) > 0) {
                screen.endLive();
                throw new DemoFailedException(
                        Reason.OVERDUE,
                        "the second training has not begun within " + Words.time(settings.trainingTimeMax()),
                        "./deeptrain logs shows what each part does.");
            }
            time.pause(BETWEEN_LOOKS);
            sight = look(version);
        }
        screen.endLive();
        api.delete(version);
        detail("DELETED: the training is cancelled and no longer costs anything");
        return version;
    }

    private void showBill(VersionPath first, VersionPath second) throws IOException {
        heading("Bill", BillLines.FORMULA);
        BillLines.of(List.of(
                        new BillLines.Item(
                                shortName(first), "trained", postedBill(first).statement()),
                        new BillLines.Item(
                                shortName(second),
                                "cancelled",
                                postedBill(second).statement())))
                .forEach(this::detail);
    }

    /** Waits until the charge is in the ledger, which it is a moment after the training has ended. */
    private Bill postedBill(VersionPath version) throws IOException {
        Duration deadline = time.elapsed().plus(SETTLED_WITHIN);
        while (true) {
            Optional<Bill> bill = api.bill(version).filter(Bill::posted);
            if (bill.isPresent()) {
                return bill.get();
            }
            requireBefore(deadline, "the charge of version %s is not in the ledger".formatted(version.version()));
        }
    }

    private void showEvents(VersionPath... versions) throws IOException {
        heading("Events", "as anybody can read them on Kafka, with the number of each within its subject");
        Duration deadline = time.elapsed().plus(SETTLED_WITHIN);
        for (VersionPath version : versions) {
            JobId job = api.jobOf(version);
            following.readOn();
            while (!following.isComplete(job)) {
                requireBefore(deadline, "the events of job %s have not all arrived".formatted(job));
                following.readOn();
            }
            detail("job " + job);
            following.history(job).forEach(known -> detail(EventLine.of(known, settings.zone())));
        }
    }

    private void requireBefore(Duration deadline, String problem) throws IOException {
        if (time.elapsed().compareTo(deadline) > 0) {
            throw new DemoFailedException(
                    Reason.OVERDUE,
                    "%s %s later".formatted(problem, Words.time(SETTLED_WITHIN)),
                    "./deeptrain status says which part is not well.");
        }
        time.pause(BETWEEN_LOOKS);
    }

    private void showWhatNext(VersionPath version) throws IOException {
        heading("Data", "everything lies in %s and is still there after ./deeptrain down".formatted(settings.home()));
        heading("Next", "look at it:       " + settings.url());
        detail("your own images:  ./deeptrain demo --data FOLDER   (FOLDER/CLASS/IMAGE.png)");
        detail("events again:     ./deeptrain events " + api.jobOf(version));
        detail("call it yourself: curl -H \"Authorization: Key $(./deeptrain key)\" "
                + "%s/v2/users/me/apps/%s/models/%s".formatted(settings.url(), version.app(), version.model()));
        detail("stop everything:  ./deeptrain down");
    }

    /** Enough of an id to tell it from its neighbours in a table. */
    private static String shortName(VersionPath version) {
        String id = version.version();
        return "version " + id.substring(0, Math.min(ID_SHOWN, id.length()));
    }

    private void heading(String name, String text) {
        screen.line("%-10s%s".formatted(name, text));
    }

    private void detail(String text) {
        screen.line(indented(text).stripTrailing());
    }

    private static String indented(String text) {
        return " ".repeat(10) + text;
    }

    private static long perSecond(long count, Duration duration) {
        return count * 1_000 / Math.max(1, duration.toMillis());
    }
}
