package io.deeptrain.worker.training;

import io.deeptrain.worker.artifact.LeftOut;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The inputs of a training that cannot be read: all are counted, the first are listed, and fewer of them named. */
final class UnreadableInputs {
    static final int NAMED_MAX = 100;
    private static final int PERCENT = 100;

    private final int inputs;
    private final int tolerancePercent;
    private final List<LeftOut.Input> listed = new ArrayList<>();
    private int count;

    /** @param inputs of the training, readable or not */
    @SuppressWarnings("MissingSummary") // There is nothing else to say.
    UnreadableInputs(int inputs, int tolerancePercent) {
        this.inputs = inputs;
        this.tolerancePercent = tolerancePercent;
    }

    void add(String inputId, String reason) {
        count++;
        if (count <= LeftOut.LISTED_MAX) {
            listed.add(new LeftOut.Input(inputId, reason));
        }
    }

    /** What is left out if they are tolerated. */
    LeftOut leftOut() {
        return new LeftOut(count, listed);
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
                        count > NAMED_MAX ? ", the first %d of them".formatted(NAMED_MAX) : "",
                        listed.stream()
                                .limit(NAMED_MAX)
                                .map(input -> "%s (%s)".formatted(input.inputId(), input.reason()))
                                .collect(Collectors.joining(", ")));
    }
}
