package io.deeptrain.worker.training;

import io.deeptrain.event.Origin;
import io.deeptrain.worker.port.Directions.Direction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A worker that trains with two ranks and is killed after some steps. */
final class AbandonedGang {
    private static final int STEPS = 3;

    private AbandonedGang() {}

    /** Arguments: a folder to train in, a file for the processes of the other ranks. */
    public static void main(String[] arguments) throws IOException {
        Path pids = Path.of(arguments[1]);
        TrainingBench bench = GangTrainingTest.bench(Path.of(arguments[0]));
        bench.run(
                bench.assignment(1, new Origin.Scratch()),
                steps -> steps < STEPS ? new Direction.Proceed() : killed(pids));
    }

    private static Direction killed(Path pids) {
        List<String> ranks = GangTrainingTest.ranks().stream()
                .map(rank -> Long.toString(rank.pid()))
                .toList();
        try {
            Files.write(pids, ranks);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        Runtime.getRuntime().halt(KilledTraining.KILLED);
        throw new IllegalStateException("still here");
    }
}
