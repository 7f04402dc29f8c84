package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.http.Predictions;
import io.deeptrain.api.adapter.http.Predictions.NoWorkerException;
import io.deeptrain.api.adapter.http.Predictions.Picture;
import io.deeptrain.api.adapter.http.Predictions.Seen;
import io.deeptrain.api.adapter.http.Predictions.Sight;
import io.deeptrain.api.adapter.objects.EvaluationReports;
import io.deeptrain.api.adapter.objects.SnapshotJson;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Evaluations;
import io.deeptrain.api.adapter.postgres.Evaluations.Images;
import io.deeptrain.api.adapter.postgres.Evaluations.Progress;
import io.deeptrain.api.adapter.postgres.Evaluations.StoredEvaluation;
import io.deeptrain.api.adapter.postgres.Models;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.dataset.FrozenInput;
import io.deeptrain.api.evaluation.Evaluation;
import io.deeptrain.api.evaluation.Report;
import io.deeptrain.api.evaluation.Tally;
import io.deeptrain.api.input.Label;
import io.deeptrain.api.version.VersionState.Trained;
import io.deeptrain.objects.ObjectStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Makes the evaluations on datasets, in the background.
 *
 * <ol>
 *   <li>One that waits is taken, so that no two replicas work on it.
 *   <li>Workers say what they see in its images, batch by batch; each batch says that somebody works on it.
 *   <li>The report goes into the object store, then the figures into the database.
 * </ol>
 *
 * <p>Whoever stops in between has changed nothing: another begins it again after a while.
 */
@ApplicationScoped
class EvaluationWorker {
    private static final Logger LOG = Logger.getLogger(EvaluationWorker.class);
    private static final int BATCH = 32;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
    private static final Duration ABANDONED_AFTER = Duration.ofMinutes(5);

    /** For so long one evaluation waits for a worker that answers; then others have their turn. */
    private static final Duration WORKER_MAX = Duration.ofSeconds(10);

    /** After so long without a worker that can use the model there will be none. */
    private static final Duration GIVEN_UP_AFTER = Duration.ofDays(1);

    private final Database database;
    private final Predictions predictions;
    private final EvaluationReports reports;
    private final ObjectStore objects;
    private final BackgroundLoop loop = new BackgroundLoop("evaluations", LOOK_AGAIN, this::makeOne);

    EvaluationWorker(Database database, Predictions predictions, EvaluationReports reports, ObjectStore objects) {
        this.database = database;
        this.predictions = predictions;
        this.reports = reports;
        this.objects = objects;
    }

    /** Its version is gone, no worker answers, or this service stops. */
    private static final class PutOffException extends Exception {}

    void start(@Observes StartupEvent event) {
        loop.start();
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        loop.stop();
    }

    /** False if there was nothing to do. */
    private boolean makeOne() {
        Optional<StoredEvaluation> taken = database.inTransaction(
                connection -> Evaluations.take(connection, Times.now().minus(ABANDONED_AFTER), Times.now()));
        if (taken.isEmpty()) {
            return false;
        }
        StoredEvaluation evaluation = taken.get();
        try {
            settle(evaluation, made(evaluation));
        } catch (PutOffException later) {
            settle(
                    evaluation,
                    evaluation.createdAt().plus(GIVEN_UP_AFTER).isBefore(Times.now())
                            ? new Progress.Failed("For a day no worker could look at the images with this model")
                            : new Progress.Queued());
        } catch (IOException unreadable) {
            LOG.warnf(unreadable, "the images of evaluation %s cannot be read", evaluation.id());
            settle(evaluation, new Progress.Failed("The images that were to be looked at cannot be read"));
        } catch (Refusal unavailable) {
            // Left behind, and begun again when the database is back.
            throw unavailable;
        } catch (RuntimeException bug) {
            LOG.errorf(bug, "evaluation %s failed", evaluation.id());
            settle(evaluation, new Progress.Failed("Internal error; please report evaluation " + evaluation.id()));
        }
        return true;
    }

    private void settle(StoredEvaluation evaluation, Progress progress) {
        database.inTransaction(connection -> {
            switch (progress) {
                case Progress.Queued() ->
                    Evaluations.putOff(connection, evaluation, Times.now().minus(ABANDONED_AFTER));
                case Progress.Made made -> Evaluations.finish(connection, evaluation, made);
                case Progress.Failed(String reason) -> Evaluations.fail(connection, evaluation, reason);
            }
            return evaluation;
        });
    }

    private Progress made(StoredEvaluation evaluation) throws PutOffException, IOException {
        StoredVersion version = version(evaluation);
        if (!(version.version().state() instanceof Trained trained)
                || !(evaluation.images() instanceof Images.OfDataset dataset)) {
            return new Progress.Failed("The version has no model");
        }
        List<FrozenInput> images;
        try (InputStream content = objects.open(dataset.key())) {
            images = SnapshotJson.read(content);
        }
        Tally tally = new Tally(DatasetEvaluations.conceptIds(version), isExclusive(version));
        for (int from = 0; from < images.size(); from += BATCH) {
            List<FrozenInput> batch = images.subList(from, Math.min(from + BATCH, images.size()));
            List<Sight> sights = sights(evaluation, trained, batch);
            for (int i = 0; i < batch.size(); i++) {
                if (sights.get(i) instanceof Sight.Concepts(List<Seen> seen)) {
                    tally.add(
                            batch.get(i).inputId(),
                            batch.get(i).labels().stream()
                                    .filter(Label::positive)
                                    .map(Label::conceptId)
                                    .collect(Collectors.toSet()),
                            seen.stream().collect(Collectors.toMap(Seen::conceptId, Seen::value)));
                }
            }
        }
        if (tally.images() == 0) {
            return new Progress.Failed("None of the %d images can be read".formatted(images.size()));
        }
        Report report = tally.report();
        return new Progress.Made(
                Evaluation.of(report).summary(), reports.keep(evaluation.id(), report), remark(tally, images.size()));
    }

    private static String remark(Tally tally, int images) {
        return tally.images() == images
                ? ""
                : "%d of %d images cannot be read and do not count".formatted(images - tally.images(), images);
    }

    private StoredVersion version(StoredEvaluation evaluation) throws PutOffException {
        return database.inTransaction(connection -> Versions.find(
                        connection,
                        evaluation.tenant(),
                        evaluation.modelId().value(),
                        evaluation.versionId().value()))
                .orElseThrow(PutOffException::new);
    }

    private boolean isExclusive(StoredVersion version) {
        String type = database.inTransaction(connection -> Models.find(
                        connection, version.tenant(), version.modelId().value()))
                .map(Models.StoredModel::modelTypeId)
                .orElse("");
        return Exclusivity.of(type, ModelMessages.document(version));
    }

    /** While no worker answers it waits for a while. */
    private List<Sight> sights(StoredEvaluation evaluation, Trained trained, List<FrozenInput> batch)
            throws PutOffException {
        List<Picture> pictures = batch.stream()
                .<Picture>map(input -> new Picture.Stored(input.image()))
                .toList();
        Instant until = Times.now().plus(WORKER_MAX);
        while (database.inTransaction(connection -> Evaluations.touch(connection, evaluation, Times.now()))) {
            try {
                return predictions.predict(trained.model(), pictures);
            } catch (NoWorkerException away) {
                LOG.debugf("evaluation %s waits: %s", evaluation.id(), away.getMessage());
                if (loop.stopsWithin(LOOK_AGAIN) || Times.now().isAfter(until)) {
                    throw new PutOffException();
                }
            }
        }
        throw new PutOffException();
    }
}
