package io.deeptrain.api.search;

/**
 * How much inputs should look like something.
 *
 * @param embedding where that lies
 * @param modelSha256 which model says so: only inputs that it has placed too can be compared
 * @param others how many other things inputs are ranked by; all count the same
 */
public record Likeness(Embedding embedding, String modelSha256, int others) {
    /** More take longer to compare than a caller waits. */
    public static final int INPUTS_MAX = 1_000_000;

    /**
     * The score of an input.
     *
     * @param otherScore the share of the other things that it meets
     */
    public float score(Embedding input, float otherScore) {
        return (embedding.likeness(input) + others * otherScore) / (1 + others);
    }
}
