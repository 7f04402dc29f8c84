package io.deeptrain.api.version;

import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.version.VersionState.Cancelled;
import io.deeptrain.api.version.VersionState.Failed;
import io.deeptrain.api.version.VersionState.Gone;
import io.deeptrain.api.version.VersionState.Pace;
import io.deeptrain.api.version.VersionState.Sealed;
import io.deeptrain.api.version.VersionState.Trained;
import io.deeptrain.api.version.VersionState.Training;
import io.deeptrain.api.version.VersionState.Untrained;
import io.deeptrain.api.version.VersionState.Waiting;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What clients are told about a version.
 *
 * @param percent 0 to 100; 100 only once the version is trained
 * @param left how much longer it trains, when that can be said
 * @param details why it failed, that it is being stopped, how many of its inputs are read before it learns, or empty
 */
public record PublicStatus(StatusCode code, int percent, Optional<Duration> left, String details) {
    private static final String STOPPING = "The training is being stopped and keeps what it has learned";

    /** Nothing for a version that was deleted: it does not exist any more. */
    public static Optional<PublicStatus> of(VersionState state) {
        return switch (state) {
            case Untrained() -> Optional.of(plain(StatusCode.MODEL_UNTRAINED, 0));
            case Waiting(var _, var percent, var _, var stopAsked) ->
                Optional.of(new PublicStatus(
                        StatusCode.MODEL_QUEUED_FOR_TRAINING, percent, Optional.empty(), stopAsked ? STOPPING : ""));
            case Training(var _, var _, var percent, var pace, var _, var stopAsked) ->
                Optional.of(
                        stopAsked
                                ? new PublicStatus(StatusCode.MODEL_TRAINING, percent, Optional.empty(), STOPPING)
                                : new PublicStatus(
                                        StatusCode.MODEL_TRAINING, percent, Completeness.left(pace), details(pace)));
            case Sealed(var _, var _, var percent) -> Optional.of(plain(StatusCode.MODEL_TRAINING, percent));
            case Trained _ -> Optional.of(plain(StatusCode.MODEL_TRAINED, 100));
            case Failed(var _, var fault, var code, var message, var _) ->
                Optional.of(new PublicStatus(
                        StatusCode.MODEL_TRAINING_FAILED,
                        0,
                        Optional.empty(),
                        "%s (%s, %s fault)".formatted(message, code, fault)));
            case Cancelled _, Gone _ -> Optional.empty();
        };
    }

    private static String details(Pace pace) {
        return switch (pace) {
            case Pace.Reading(var inputsRead, var inputs) ->
                String.format(Locale.ROOT, "%,d of %,d inputs read", inputsRead, inputs);
            case Pace.Unknown _, Pace.Measured _ -> "";
        };
    }

    private static PublicStatus plain(StatusCode code, int percent) {
        return new PublicStatus(code, percent, Optional.empty(), "");
    }
}
