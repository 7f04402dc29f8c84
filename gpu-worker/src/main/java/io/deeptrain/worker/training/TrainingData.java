package io.deeptrain.worker.training;

import io.deeptrain.event.Fault;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.worker.artifact.LeftOut;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.data.ImageSet;
import io.deeptrain.worker.port.Ahead;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.port.Films;
import io.deeptrain.worker.training.TrainingRun.Ending;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The images of a run and the frames of its videos, fetched, checked and decoded, and what could not be read. */
final class TrainingData implements AutoCloseable {
    /** So many images are being decoded, or wait to be kept, while the run looks at its directions. */
    private static final int DECODED_AHEAD = 8;

    /** So many bytes of them, unless it is one input: frames of a video come all together. */
    private static final long BYTES_AHEAD = 64L << 20;

    private final TrainingRun run;
    private final List<ManifestEntry> entries;
    private final ImageSet training;
    private final ImageSet test;
    private final UnreadableInputs bad;
    private final InputCount count;

    private TrainingData(TrainingRun run, List<ManifestEntry> entries, ImageSet training, ImageSet test) {
        this.run = run;
        this.entries = entries;
        this.training = training;
        this.test = test;
        this.bad = new UnreadableInputs(entries.size(), run.spec.invalidDataTolerancePercent());
        this.count = new InputCount(run);
    }

    /**
     * Reads the inputs of a run, to be squares of one size.
     *
     * @param enough so many images to learn from, and to test on if there are any, do for a run that is to finish
     *     early; it has no use for those that it would not learn from
     */
    @SuppressWarnings("MustBeClosedChecker") // It is closed here if it is not handed out.
    static TrainingData of(TrainingRun run, int imageSize, int enough)
            throws IOException, InterruptedException, Ending {
        List<ManifestEntry> entries = manifest(run);
        ImageSet training = new ImageSet(run.world.scratch(), imageSize, run.spec.concepts());
        boolean complete = false;
        try {
            ImageSet test = new ImageSet(run.world.scratch(), imageSize, run.spec.concepts());
            try {
                TrainingData data = new TrainingData(run, entries, training, test);
                data.decode(imageSize, enough);
                complete = true;
                return data;
            } finally {
                if (!complete) {
                    test.close();
                }
            }
        } finally {
            if (!complete) {
                training.close();
            }
        }
    }

    private static List<ManifestEntry> manifest(TrainingRun run) throws IOException, Ending {
        try {
            return run.world.archive().manifest(run.spec.manifest());
        } catch (CorruptObjectException corrupt) {
            throw run.ending(Fault.PLATFORM, "MANIFEST_CORRUPT", TrainingRun.message(corrupt));
        }
    }

    /** What an input is to whoever learns from it. */
    private sealed interface Shown {
        /** One image, or all frames of a video that are looked at. */
        record Images(List<Image> images) implements Shown {}

        record Unreadable(String reason) implements Shown {}
    }

    /** @param entry with the id under which the image is known */
    @SuppressWarnings("MissingSummary") // The name says it.
    private record Image(ManifestEntry entry, ImageDecoder.Pixels pixels) {}

    /**
     * All inputs, unless the run is told to finish early. Then those that are left of each kind are read in the
     * manifest's order until there are enough: a later attempt that reads all has the same ones first.
     */
    private void decode(int imageSize, int enough) throws IOException, InterruptedException, Ending {
        List<ManifestEntry> left =
                read(entries, imageSize, () -> run.directions.now() instanceof Direction.FinishEarly);
        read(of(Split.TRAIN, left), imageSize, () -> training.size() >= enough);
        read(of(Split.TEST, left), imageSize, () -> test.size() >= enough);
        if (training.size() == 0) {
            throw run.ending(
                    Fault.USER,
                    "NO_TRAINING_INPUTS",
                    "none of the %d inputs is a readable image to train on".formatted(entries.size()));
        }
    }

    private static List<ManifestEntry> of(Split split, List<ManifestEntry> entries) {
        return entries.stream().filter(entry -> entry.split() == split).toList();
    }

    /**
     * Reads inputs until no more are wanted, and answers those that are left. Several are fetched and decoded at once;
     * they are added in their order.
     */
    private List<ManifestEntry> read(List<ManifestEntry> inputs, int imageSize, BooleanSupplier isEnough)
            throws IOException, InterruptedException, Ending {
        Films.Screening films = run.world.films().begin();
        // What is being shown is ended before the end of all work is awaited.
        try (Ahead.Results<Shown> decoded = run.world
                        .ahead()
                        .of(
                                0,
                                inputs.size(),
                                decodedAhead(),
                                n -> shown(inputs.get(Math.toIntExact(n)), imageSize, films));
                films) {
            for (int n = 0; n < inputs.size(); n++) {
                run.obeyOrStop(run.directions.now());
                if (isEnough.getAsBoolean()) {
                    return inputs.subList(n, inputs.size());
                }
                switch (decoded.next()) {
                    case Shown.Images(List<Image> images) -> add(images);
                    case Shown.Unreadable(String reason) -> {
                        bad.add(inputs.get(n).inputId(), reason);
                        if (bad.areTooMany()) {
                            throw run.ending(Fault.USER, "DATA_TOLERANCE_EXCEEDED", bad.complaint());
                        }
                    }
                }
                count.oneMore();
            }
        }
        return List.of();
    }

    private int decodedAhead() {
        long bytes = (long) training.imageBytes()
                * entries.stream().mapToInt(ManifestEntry::images).max().orElse(1);
        return Math.toIntExact(Math.clamp(BYTES_AHEAD / bytes, 1, DECODED_AHEAD));
    }

    private void add(List<Image> images) throws IOException {
        for (Image image : images) {
            (image.entry().split() == Split.TRAIN ? training : test).add(image.entry(), image.pixels());
        }
    }

    private Shown shown(ManifestEntry entry, int imageSize, Films.Screening films) throws IOException {
        if (entry.video().isPresent()) {
            return switch (films.show(entry.image(), entry.video().get(), imageSize)) {
                case Films.Seen.Frames(List<Films.Frame> frames) ->
                    new Shown.Images(frames.stream()
                            .map(frame -> new Image(entry.frame(frame.moment().millis()), frame.pixels()))
                            .toList());
                case Films.Seen.Unreadable(String reason) -> new Shown.Unreadable(reason);
            };
        }
        return switch (decoded(entry, imageSize)) {
            case Outcome.Decoded(ImageDecoder.Pixels pixels) -> new Shown.Images(List.of(new Image(entry, pixels)));
            case Outcome.Invalid(String reason) -> new Shown.Unreadable(reason);
        };
    }

    private Outcome decoded(ManifestEntry entry, int imageSize) throws IOException {
        if (entry.image().sizeBytes() > ImageDecoder.BYTES_MAX) {
            return new Outcome.Invalid(
                    "image has %d bytes, more than %d".formatted(entry.image().sizeBytes(), ImageDecoder.BYTES_MAX));
        }
        try {
            return ImageDecoder.decode(run.world.archive().image(entry.image()), imageSize);
        } catch (CorruptObjectException corrupt) {
            return new Outcome.Invalid(TrainingRun.message(corrupt));
        }
    }

    ImageSet training() {
        return training;
    }

    /** Empty if the manifest puts none aside. */
    ImageSet test() {
        return test;
    }

    /** The test images, or if there are none those that it learns from. */
    ImageSet measured() {
        return test.size() > 0 ? test : training;
    }

    /** Inputs that could not be read. */
    LeftOut leftOut() {
        return bad.leftOut();
    }

    /** How many could not. */
    int unreadable() {
        return leftOut().count();
    }

    int readable() {
        return count.soFar() - unreadable();
    }

    /** How many nobody has looked at, as the run is to finish early. */
    int unread() {
        return entries.size() - count.soFar();
    }

    @Override
    public void close() throws IOException {
        try {
            training.close();
        } finally {
            test.close();
        }
    }
}
