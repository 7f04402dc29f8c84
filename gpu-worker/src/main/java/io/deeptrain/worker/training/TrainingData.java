package io.deeptrain.worker.training;

import io.deeptrain.event.Fault;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.worker.artifact.LeftOut;
import io.deeptrain.worker.augmentation.Augmentation;
import io.deeptrain.worker.data.ImageDecoder;
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

    private static final int FINER_TO_CROP = 2;

    /** Larger images are not kept finer: what decodes them has memory for this. */
    private static final int SIDE_TO_CROP_MAX = 1024;

    private static final long BYTES_TO_CROP_MAX = 64L << 30;

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
     * @param augmentation those to learn from are perhaps kept finer, to be cropped
     * @param enough so many images to learn from, and to test on if there are any, do for a run that is to finish
     *     early; it has no use for those that it would not learn from
     */
    @SuppressWarnings("MustBeClosedChecker") // It is closed here if it is not handed out.
    static TrainingData of(TrainingRun run, int imageSize, Augmentation augmentation, int enough)
            throws IOException, InterruptedException, Ending {
        List<ManifestEntry> entries = manifest(run);
        long ofTraining = of(Split.TRAIN, entries).stream()
                .mapToLong(ManifestEntry::images)
                .sum();
        int keptSide = augmentation.crops() ? sideToCrop(imageSize, ofTraining) : imageSize;
        ImageSet training = new ImageSet(run.world.scratch(), keptSide, imageSize, run.spec.concepts());
        boolean complete = false;
        try {
            ImageSet test = new ImageSet(run.world.scratch(), imageSize, run.spec.concepts());
            try {
                TrainingData data = new TrainingData(run, entries, training, test);
                data.decode(enough);
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

    /**
     * A crop is scaled to a whole image, and would be coarse if it were a part of one that is no larger. Of images
     * twice as large on a side, four of five crops of 8 % to all of the area have a pixel for each that is seen. Large
     * datasets are kept as fine as so many bytes of scratch space allow. The number of images decides, never the space
     * that is left: a resumed training sees the same pixels.
     */
    static int sideToCrop(int imageSize, long images) {
        double affordable = Math.sqrt((double) BYTES_TO_CROP_MAX / ImageDecoder.COLOURS / Math.max(1, images));
        double wanted = Math.min(SIDE_TO_CROP_MAX, FINER_TO_CROP * imageSize);
        return Math.max(imageSize, (int) Math.min(wanted, affordable));
    }

    private static List<ManifestEntry> manifest(TrainingRun run) throws IOException, Ending {
        try {
            return run.world.archive().manifest(run.spec.manifest());
        } catch (CorruptObjectException corrupt) {
            throw run.ending(Fault.PLATFORM, "MANIFEST_CORRUPT", TrainingRun.message(corrupt));
        }
    }

    /**
     * All inputs, unless the run is told to finish early. Then those that are left of each kind are read in the
     * manifest's order until there are enough: a later attempt that reads all has the same ones first.
     */
    private void decode(int enough) throws IOException, InterruptedException, Ending {
        List<ManifestEntry> left = read(entries, () -> run.directions.now() instanceof Direction.FinishEarly);
        read(of(Split.TRAIN, left), () -> training.size() >= enough);
        read(of(Split.TEST, left), () -> test.size() >= enough);
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
    private List<ManifestEntry> read(List<ManifestEntry> inputs, BooleanSupplier isEnough)
            throws IOException, InterruptedException, Ending {
        Films.Screening films = run.world.films().begin();
        // What is being shown is ended before the end of all work is awaited.
        try (Ahead.Results<Shown> decoded = run.world
                        .ahead()
                        .of(0, inputs.size(), decodedAhead(), n -> shown(inputs.get(Math.toIntExact(n)), films));
                films) {
            for (int n = 0; n < inputs.size(); n++) {
                run.obeyOrStop(run.directions.now());
                if (isEnough.getAsBoolean()) {
                    return inputs.subList(n, inputs.size());
                }
                switch (decoded.next()) {
                    case Shown.Images(List<Shown.Image> images) -> add(images);
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
        long bytes = (long) ImageDecoder.COLOURS
                * training.keptSide()
                * training.keptSide()
                * entries.stream().mapToInt(ManifestEntry::images).max().orElse(1);
        return Math.toIntExact(Math.clamp(BYTES_AHEAD / bytes, 1, DECODED_AHEAD));
    }

    private Shown shown(ManifestEntry entry, Films.Screening films) throws IOException {
        return Shown.of(entry, run.world.archive(), films, setOf(entry).keptSide());
    }

    private void add(List<Shown.Image> images) throws IOException {
        for (Shown.Image image : images) {
            setOf(image.entry()).add(image.entry(), image.pixels());
        }
    }

    private ImageSet setOf(ManifestEntry entry) {
        return entry.split() == Split.TRAIN ? training : test;
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
