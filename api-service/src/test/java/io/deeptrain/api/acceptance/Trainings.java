package io.deeptrain.api.acceptance;

import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Completion;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.WorkerId;
import java.time.Instant;
import java.util.Map;

/** What scheduler and worker say of a training that goes well. */
record Trainings(OwnApp app, Elsewhere elsewhere) {
    static final FencingToken FIRST = new FencingToken(1);
    static final WorkerId WORKER = new WorkerId("test");

    /** Trains the model until it is trained; answers the version. */
    String trained(String model) {
        return trained(model, new StoredObject("jobs/x/model", "b".repeat(64), 5));
    }

    String trained(String model, StoredObject artifact) {
        String version = app.train(model);
        begin(model, version);
        succeed(model, version, artifact);
        return version;
    }

    void begin(String model, String version) {
        JobId job = new JobId(app.job(model, version));
        elsewhere.say(
                new JobAssigned(job, 2, Instant.now(), FIRST, WORKER, new Origin.Scratch()),
                new JobStarted(job, 3, Instant.now(), FIRST, new Origin.Scratch()));
        app.until(model, version, 21101);
    }

    void succeed(String model, String version, StoredObject artifact) {
        JobId job = new JobId(app.job(model, version));
        elsewhere.say(
                new JobFinishing(job, 4, Instant.now(), FIRST, 8000),
                new JobSucceeded(
                        job,
                        5,
                        Instant.now(),
                        FIRST,
                        artifact,
                        Map.of("test_accuracy", 0.98),
                        Completion.ALL_EPOCHS,
                        8000));
        app.until(model, version, 21100);
    }

    static ProgressReported report(String job, long number, int epoch, long step) {
        return new ProgressReported(
                new JobId(job),
                FIRST,
                WORKER,
                number,
                new Progress(Phase.TRAINING, epoch, 2, step, 100, 0.7, Map.of("test_accuracy", 0.5), 120),
                4000 + number);
    }
}
