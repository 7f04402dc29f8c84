package io.deeptrain.simulation;

import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.InputsRead;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.worker.attempt.AttemptId;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/** Both ends of {@link PlantedBug#DELTA_METER}: readings as what came since the last one, and their sum. */
final class MeterSum {
    private final Map<AttemptId, Long> known = new HashMap<>();

    /** The event with the time since the attempt's last one instead of the reading. */
    AttemptEvent since(AttemptEvent event) {
        AttemptId attempt = AttemptId.of(event);
        return with(event, reading -> {
            Long before = known.put(attempt, reading);
            return before == null ? reading : reading - before;
        });
    }

    /** The event with the sum of all that was heard instead of the time since the last one. */
    AttemptEvent summed(AttemptEvent event) {
        return with(event, since -> known.merge(AttemptId.of(event), since, Long::sum));
    }

    private static AttemptEvent with(AttemptEvent event, LongUnaryOperator meter) {
        return switch (event) {
            case InputsRead _, AttemptStarted _, CheckpointSaved _ -> event;
            case ProgressReported(var job, var token, var worker, var number, var progress, var reading) ->
                new ProgressReported(job, token, worker, number, progress, meter.applyAsLong(reading));
            case AttemptSucceeded(var job, var token, var worker, var model, var metrics, var how, var reading) ->
                new AttemptSucceeded(job, token, worker, model, metrics, how, meter.applyAsLong(reading));
            case AttemptFailed(var job, var token, var worker, var fault, var code, var message, var reading) ->
                new AttemptFailed(job, token, worker, fault, code, message, meter.applyAsLong(reading));
            case AttemptStopped(var job, var token, var worker, var reason, var reading) ->
                new AttemptStopped(job, token, worker, reason, meter.applyAsLong(reading));
        };
    }
}
