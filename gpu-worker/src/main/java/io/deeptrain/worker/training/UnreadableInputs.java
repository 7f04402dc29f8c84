package io.deeptrain.worker.training;

import java.util.ArrayList;
import java.util.List;

/** The inputs of a training that cannot be read: all are counted, the first are listed. */
final class UnreadableInputs {
    static final int LISTED_MAX = 100;
    private static final int PERCENT = 100;

    private final int inputs;
    private final int tolerancePercent;
    private final List<String> listed = new ArrayList<>();
    private int count;

    /** @param inputs of the training, readable or not */
    @SuppressWarnings("MissingSummary") // There is nothing else to say.
    UnreadableInputs(int inputs, int tolerancePercent) {
        this.inputs = inputs;
        this.tolerancePercent = tolerancePercent;
    }

    void add(String inputId, String reason) {
        count++;
        if (count <= LISTED_MAX) {
            listed.add("%s (%s)".formatted(inputId, reason));
        }
    }

    int count() {
        return count;
    }

    /** Whether their share is above the tolerance. */
    boolean areTooMany() {
        return (long) count * PERCENT > (long) tolerancePercent * inputs;
    }

    /** A sentence for whoever uploaded them. */
    String complaint() {
        return "more than %d %% of the %d inputs cannot be read, %d so far%s: %s"
                .formatted(
                        tolerancePercent,
                        inputs,
                        count,
                        count > LISTED_MAX ? ", the first %d of them".formatted(LISTED_MAX) : "",
                        String.join(", ", listed));
    }
}
