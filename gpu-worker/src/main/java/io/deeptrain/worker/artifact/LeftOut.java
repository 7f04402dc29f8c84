package io.deeptrain.worker.artifact;

import java.util.List;

/**
 * The inputs that a training left out because they could not be read.
 *
 * @param count all of them
 * @param inputs the first {@link #LISTED_MAX}, in the manifest's order
 */
public record LeftOut(int count, List<Input> inputs) {
    /** More are counted and not listed. */
    public static final int LISTED_MAX = 10_000;

    /** None. */
    public static final LeftOut NOTHING = new LeftOut(0, List.of());

    /** One of them, and why: a sentence for whoever uploaded it. */
    public record Input(String inputId, String reason) {}

    public LeftOut {
        inputs = List.copyOf(inputs);
        if (inputs.size() != Math.min(count, LISTED_MAX)) {
            throw new IllegalArgumentException("%d inputs are listed of %d".formatted(inputs.size(), count));
        }
    }
}
