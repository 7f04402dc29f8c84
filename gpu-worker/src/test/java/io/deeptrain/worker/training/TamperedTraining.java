package io.deeptrain.worker.training;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.worker.adapter.runtime.ThreadsAhead;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.attempt.TrainerReport.Prepared;
import io.deeptrain.worker.training.TamperedImages.Tampered;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A worker's process that trains on tampered images and writes down which of them its trainings called unreadable. It
 * trains on a hundred at a time, as a training that fails for their sake names a hundred, and once on all of them.
 */
final class TamperedTraining {
    private static final int NAMED = UnreadableInputs.NAMED_MAX;

    private TamperedTraining() {}

    /**
     * Arguments: a folder to train in, how many images, their seed, the file to write to: a line for each, then how
     * many.
     */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        List<Tampered> images = TamperedImages.of(Integer.parseInt(arguments[1]), Long.parseLong(arguments[2]));
        StringBuilder told = new StringBuilder();
        try (ThreadsAhead ahead = new ThreadsAhead(2)) {
            for (int first = 0; first < images.size(); first += NAMED) {
                TrainingBench bench =
                        bench(folder, ahead, images.subList(first, Math.min(first + NAMED, images.size())));
                long count = trained(bench);
                Failed failed = (Failed) last(bench.tolerating((int) count - 1));
                for (String listed : failed.message().split("(: |\\), )input-", -1)) {
                    if (Character.isDigit(listed.charAt(0))) {
                        told.append(first + Integer.parseInt(listed.split(" ", 2)[0]))
                                .append('\n');
                    }
                }
            }
            told.append(trained(bench(folder, ahead, images))).append(" in all\n");
        }
        Files.writeString(Path.of(arguments[3]), told);
    }

    private static TrainingBench bench(Path folder, ThreadsAhead ahead, List<Tampered> images) throws IOException {
        TrainingBench bench = new TrainingBench(folder)
                .with(ahead)
                .set("num_epochs", 1L)
                .set("batch_size", 4L)
                .set("num_items_per_epoch", 4L);
        for (int n = 0; n < images.size(); n++) {
            bench.image(images.get(n).file(), Split.TRAIN, Integer.toString(n % TrainingBench.DIGITS.size()));
        }
        return bench;
    }

    /** Trains to the end, and answers how many images were left out. */
    private static long trained(TrainingBench bench) throws IOException {
        List<TrainerReport> reports = bench.tolerating(100).run(bench.assignment(1, new Origin.Scratch()));
        if (!(reports.getLast() instanceof Finished)) {
            throw new IllegalStateException("the training did not finish: " + reports.getLast());
        }
        return reports.stream()
                .filter(Prepared.class::isInstance)
                .map(Prepared.class::cast)
                .findFirst()
                .orElseThrow()
                .inputsInvalid();
    }

    private static TrainerReport last(TrainingBench bench) throws IOException {
        return bench.run(bench.assignment(1, new Origin.Scratch())).getLast();
    }
}
