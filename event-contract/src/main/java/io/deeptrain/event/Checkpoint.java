package io.deeptrain.event;

/**
 * Saved training state that a later attempt resumes from.
 *
 * @param attempt the attempt that saved it
 * @param number counts the checkpoints of that attempt from 1
 * @param epoch epochs completed
 * @param step steps completed since the start of the job, over all attempts
 * @param readingMillis what that attempt's meter read when the saved state was taken
 */
public record Checkpoint(
        FencingToken attempt, int number, int epoch, long step, long readingMillis, StoredObject object) {
    public Checkpoint {
        if (readingMillis < 0) {
            throw new IllegalArgumentException("meter reading is negative: " + readingMillis);
        }
    }
}
