package io.deeptrain.worker.prediction;

import java.util.ArrayList;
import java.util.List;

/**
 * The rule for what the device looks at next. Questions wait while it is busy; when it is free, the images of all that
 * ask the same model go through it together. So nobody waits for others to come, and the busier it is the larger the
 * batches are.
 */
public final class SharedBatches {
    private SharedBatches() {}

    /**
     * A question that waits.
     *
     * @param images of it that no batch has held yet; a question about none only wants the model to be there
     */
    public record Waiting<M>(M model, int images) {
        public Waiting {
            if (images < 0) {
                throw new IllegalArgumentException("a question is about 0 images or more: " + images);
            }
        }
    }

    /**
     * A part of a batch.
     *
     * @param waiting which question it is of, by its place in the line
     * @param images how many of those that it still has
     */
    public record Share(int waiting, int images) {}

    /**
     * The next batch: of the model that was asked first, the questions in the order in which they came. What finds no
     * room is first in line for the batch after.
     *
     * @param line who waits, the first comer first
     * @param imagesMax of one batch
     */
    public static <M> List<Share> next(List<Waiting<M>> line, int imagesMax) {
        if (imagesMax < 1) {
            throw new IllegalArgumentException("a batch has room for at least one image: " + imagesMax);
        }
        List<Share> batch = new ArrayList<>();
        int room = imagesMax;
        for (int n = 0; n < line.size(); n++) {
            Waiting<M> question = line.get(n);
            if (question.model().equals(line.getFirst().model()) && (room > 0 || question.images() == 0)) {
                int images = Math.min(room, question.images());
                batch.add(new Share(n, images));
                room -= images;
            }
        }
        return batch;
    }
}
