package io.deeptrain.worker.gang;

import io.deeptrain.worker.objective.Targets;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Share;
import io.deeptrain.worker.port.Learner.Step;
import io.deeptrain.worker.port.OtherRanks.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How the ranks of a gang share the images of a step: each has its part of the same batch, in the batch's order, and
 * none has more than one image more than another. Weighted by its share, the ranks' gradients add up to the batch's.
 */
final class Shares {
    private static final long CHANCE = 0x9E3779B97F4A7C15L;

    private Shares() {}

    /** Each rank's part, by rank. */
    static List<Part> of(Batch batch, Step step, int ranks, Targets targets) {
        int images = batch.pixels().images();
        double whole = targets.weight(batch.targets());
        List<Part> parts = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            int from = (int) ((long) images * rank / ranks);
            int to = (int) ((long) images * (rank + 1) / ranks);
            // Who has no image takes the step with the others, but what it learns counts for nothing.
            Batch own = from == to ? part(batch, 0, 1) : part(batch, from, to);
            Share share = from == to
                    ? new Share(0, 0)
                    : new Share(targets.weight(own.targets()) / whole, (double) (to - from) / images);
            parts.add(new Part(own, new Step(step.number(), step.learningRate(), chance(step, rank), share)));
        }
        return parts;
    }

    private static Batch part(Batch batch, int from, int to) {
        Pixels pixels = batch.pixels();
        int bytes = pixels.bytes().remaining() / pixels.images();
        int numbers = batch.targets().remaining() / pixels.images();
        return new Batch(
                new Pixels(
                        pixels.bytes().slice(pixels.bytes().position() + from * bytes, (to - from) * bytes),
                        to - from,
                        pixels.size()),
                batch.targets().slice(batch.targets().position() + from * numbers, (to - from) * numbers));
    }

    /** What is left to chance is another draw for each rank. */
    private static long chance(Step step, int rank) {
        return rank == 0 ? step.chance() : new SplittableRandom(step.chance() ^ (CHANCE * rank)).nextLong();
    }
}
