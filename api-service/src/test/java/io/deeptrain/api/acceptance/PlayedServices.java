package io.deeptrain.api.acceptance;

import io.deeptrain.event.Completion;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingBudgetReached;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import io.deeptrain.event.StoredObject;
import io.deeptrain.testservers.adapter.TestServers;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A scheduler, a worker and the billing that see every training of one app through to its end at once. */
final class PlayedServices implements AutoCloseable {
    private static final long BILLED_SECONDS = 8;
    private static final StoredObject MODEL = new StoredObject("jobs/x/model", "b".repeat(64), 5);

    private final String app;
    private final Thread thread;
    private volatile boolean closed;

    PlayedServices(String app) {
        this.app = app;
        thread = Thread.ofVirtual().name("played-services").start(this::play);
    }

    private void play() {
        Set<JobId> jobs = new HashSet<>();
        try (Elsewhere elsewhere = new Elsewhere(TestServers.kafka())) {
            while (!closed) {
                for (RequestEvent request : elsewhere.news()) {
                    if (request instanceof TrainingRequested asked
                            && asked.tenant().appId().equals(app)) {
                        jobs.add(asked.jobId());
                    }
                    if (jobs.contains(request.jobId())) {
                        answer(elsewhere, request);
                    }
                }
            }
        }
    }

    private void answer(Elsewhere elsewhere, RequestEvent request) {
        JobId job = request.jobId();
        switch (request) {
            case TrainingRequested _ ->
                elsewhere.say(
                        new JobAssigned(job, 2, Instant.now(), Elsewhere.FIRST, Elsewhere.WORKER, new Origin.Scratch()),
                        new JobStarted(job, 3, Instant.now(), Elsewhere.FIRST, new Origin.Scratch()),
                        new JobFinishing(job, 4, Instant.now(), Elsewhere.FIRST, BILLED_SECONDS * 1000));
            case JobSealed _ ->
                elsewhere.say(
                        new JobSucceeded(
                                job,
                                5,
                                Instant.now(),
                                Elsewhere.FIRST,
                                MODEL,
                                Map.of("test_accuracy", 0.98),
                                Completion.ALL_EPOCHS,
                                BILLED_SECONDS * 1000),
                        Elsewhere.charge(app, job.value(), BILLED_SECONDS));
            // These trainings are over before anybody could stop them.
            case TrainingStopRequested _, TrainingBudgetReached _ -> {}
            case TrainingCancelled _ -> elsewhere.say(Elsewhere.charge(app, job.value(), BILLED_SECONDS));
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
