package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.violation.Violation;
import io.deeptrain.contract.OutputConfig;
import io.deeptrain.video.VideoLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What may be said about how much of an answer to show, wherever it is said. 0 leaves a number open. */
final class OutputSettings {
    private static final int MAX_CONCEPTS_MAX = 10_000;

    private OutputSettings() {}

    /** What is wrong, by the path of what holds it, as in {@code output_info.output_config}. */
    static List<Violation> violations(String path, OutputConfig config) {
        List<Violation> violations = new ArrayList<>();
        if (Integer.compareUnsigned(config.getMaxConcepts(), MAX_CONCEPTS_MAX) > 0) {
            violations.add(new Violation(
                    path + ".max_concepts",
                    Integer.toUnsignedString(config.getMaxConcepts()),
                    "a whole number from 1 to %d, or 0 for all".formatted(MAX_CONCEPTS_MAX),
                    Optional.of(MAX_CONCEPTS_MAX)));
        }
        if (!(config.getMinValue() >= 0 && config.getMinValue() <= 1)) {
            violations.add(new Violation(
                    path + ".min_value", String.valueOf(config.getMinValue()), "0 to 1", Optional.empty()));
        }
        if (config.getSampleMs() != 0
                && VideoLimits.problemOfSampling(config.getSampleMs()).isPresent()) {
            violations.add(new Violation(
                    path + ".sample_ms",
                    Integer.toUnsignedString(config.getSampleMs()),
                    "%d to %d".formatted(VideoLimits.SAMPLE_MILLIS_MIN, VideoLimits.SAMPLE_MILLIS_MAX),
                    Optional.empty()));
        }
        return List.copyOf(violations);
    }

    /**
     * Lets pass what is legal.
     *
     * @throws Refusal that lists everything that is not
     */
    static void require(StatusCode otherwise, String path, OutputConfig config) {
        List<Violation> violations = violations(path, config);
        if (!violations.isEmpty()) {
            throw new Refusal(otherwise, violations);
        }
    }

    /** How often a video is looked at, in milliseconds. */
    static int sampleMillis(OutputConfig legal) {
        return legal.getSampleMs() == 0 ? VideoLimits.SAMPLE_MILLIS_DEFAULT : legal.getSampleMs();
    }
}
