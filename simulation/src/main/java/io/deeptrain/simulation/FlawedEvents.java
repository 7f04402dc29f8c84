package io.deeptrain.simulation;

import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.InputsRead;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.Progress;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.TrainingSpec;
import java.util.Map;
import java.util.Optional;

/** What is heard, as somebody with a bug hears it. */
final class FlawedEvents {
    private FlawedEvents() {}

    /** The same of another attempt. */
    static AttemptEvent withToken(AttemptEvent event, FencingToken token) {
        return switch (event) {
            case InputsRead(var job, var _, var worker, var number, var read, var inputs) ->
                new InputsRead(job, token, worker, number, read, inputs);
            case AttemptStarted(var job, var _, var worker, var origin, var inputs, var invalid) ->
                new AttemptStarted(job, token, worker, origin, inputs, invalid);
            case ProgressReported(var job, var _, var worker, var number, var progress, var reading) ->
                new ProgressReported(job, token, worker, number, progress, reading);
            case CheckpointSaved(var job, var _, var worker, var checkpoint) ->
                new CheckpointSaved(job, token, worker, checkpoint);
            case AttemptSucceeded(var job, var _, var worker, var model, var metrics, var how, var reading) ->
                new AttemptSucceeded(job, token, worker, model, metrics, how, reading);
            case AttemptFailed(var job, var _, var worker, var fault, var code, var message, var reading) ->
                new AttemptFailed(job, token, worker, fault, code, message, reading);
            case AttemptStopped(var job, var _, var worker, var reason, var reading) ->
                new AttemptStopped(job, token, worker, reason, reading);
        };
    }

    /** As if it had read none of its inputs. */
    static InputsRead ofNothing(InputsRead report) {
        return new InputsRead(report.jobId(), report.attempt(), report.workerId(), report.number(), 0, report.inputs());
    }

    /** As if nobody counted how often the attempt has looked at an image. */
    static ProgressReported withoutLooks(ProgressReported report) {
        Progress progress = report.progress();
        return new ProgressReported(
                report.jobId(),
                report.attempt(),
                report.workerId(),
                report.number(),
                new Progress(
                        progress.phase(),
                        progress.epoch(),
                        progress.epochs(),
                        progress.step(),
                        progress.steps(),
                        progress.loss(),
                        progress.metrics(),
                        progress.imagesPerSecond()),
                report.readingMillis());
    }

    /** Instead of a model that was kept early. */
    static AttemptFailed asFailure(AttemptSucceeded success) {
        return new AttemptFailed(
                success.jobId(),
                success.attempt(),
                success.workerId(),
                Fault.USER,
                "INCOMPLETE",
                "It was stopped early.",
                success.readingMillis());
    }

    /** Instead of room that was made. */
    static AttemptFailed asFailure(AttemptStopped stopped, Fault fault) {
        return new AttemptFailed(
                stopped.jobId(),
                stopped.attempt(),
                stopped.workerId(),
                fault,
                "PREEMPTED",
                "It had to make room.",
                stopped.readingMillis());
    }

    /** Whatever it says of that. */
    static WorkerBeat asAccepting(WorkerBeat beat) {
        return beat(beat, Readiness.ACCEPTING, beat.gpuMilli());
    }

    /** As if it had whole GPUs. */
    static WorkerBeat asOfAnyKind(WorkerBeat beat) {
        return beat(beat, beat.readiness(), Optional.empty());
    }

    private static WorkerBeat beat(WorkerBeat heard, Readiness readiness, Optional<Integer> gpuMilli) {
        return new WorkerBeat(
                heard.workerId(),
                heard.incarnation(),
                heard.number(),
                heard.gpuClass(),
                heard.gpus(),
                readiness,
                heard.holdings(),
                heard.door(),
                gpuMilli);
    }

    /** Whatever it asks for. */
    static TrainingRequested forAnyKind(TrainingRequested request) {
        TrainingSpec spec = request.spec();
        return new TrainingRequested(
                request.jobId(),
                request.tenant(),
                request.modelId(),
                request.modelVersionId(),
                new TrainingSpec(
                        spec.modelTypeId(),
                        spec.template(),
                        Map.of(),
                        spec.concepts(),
                        spec.manifest(),
                        spec.inputCount(),
                        spec.invalidDataTolerancePercent(),
                        spec.gpus(),
                        spec.seed()),
                request.rate(),
                request.cap(),
                request.estimate(),
                request.requestedAt());
    }
}
