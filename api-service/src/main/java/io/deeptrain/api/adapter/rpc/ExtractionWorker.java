package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.deeptrain.api.adapter.archive.Archive;
import io.deeptrain.api.adapter.archive.Archive.RefusedArchiveException;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.http.ArchiveFetch;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Extractions;
import io.deeptrain.api.adapter.postgres.Extractions.Counts;
import io.deeptrain.api.adapter.postgres.Extractions.State;
import io.deeptrain.api.adapter.postgres.Extractions.StoredExtraction;
import io.deeptrain.api.adapter.postgres.Uploads;
import io.deeptrain.api.adapter.postgres.Uploads.Forgotten;
import io.deeptrain.api.adapter.postgres.Uploads.StoredPart;
import io.deeptrain.api.adapter.rpc.InputIntake.Outcome;
import io.deeptrain.api.upload.ArchiveRules;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.InputIDConflictResolution;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes archives apart in the background, one at a time in each replica.
 *
 * <ol>
 *   <li>An archive is taken from the table, so that no two replicas work on it. If it lies elsewhere it is fetched.
 *   <li>Its entries become inputs in batches; a batch and its progress are one transaction.
 *   <li>A replica that stops leaves the archive behind, and another begins it again: the ids of the inputs follow from
 *       the entries, so that none is added twice.
 * </ol>
 */
@ApplicationScoped
class ExtractionWorker {
    static final String FILENAME = "filename";

    private static final Logger LOG = Logger.getLogger(ExtractionWorker.class);
    private static final int BATCH = 32;
    private static final int ID_LENGTH = 32;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);
    private static final Duration ABANDONED_AFTER = Duration.ofMinutes(2);
    private static final Duration SAY_EVERY = Duration.ofSeconds(2);
    private static final Duration CLEAN_EVERY = Duration.ofHours(1);
    private static final Duration STOP_MAX = Duration.ofSeconds(10);

    private final Database database;
    private final InputIntake intake;
    private final UploadedBytes bytes;
    private final ArchiveFetch fetch;
    private final String name = Ids.fresh();
    private final Semaphore news = new Semaphore(0);
    private volatile boolean stopped;
    private volatile @Nullable Thread thread;

    ExtractionWorker(Database database, InputIntake intake, UploadedBytes bytes, ArchiveFetch fetch) {
        this.database = database;
        this.intake = intake;
        this.bytes = bytes;
        this.fetch = fetch;
    }

    void start(@Observes StartupEvent event) {
        thread = Thread.ofVirtual().name("extractions").start(this::run);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopped = true;
        news.release();
        Thread running = thread;
        if (running != null) {
            running.join(STOP_MAX);
        }
    }

    /** There may be something to do. */
    void wake() {
        news.release();
    }

    private void run() {
        Instant cleanAt = Instant.now();
        while (!stopped) {
            try {
                if (!Instant.now().isBefore(cleanAt)) {
                    clean();
                    cleanAt = Instant.now().plus(CLEAN_EVERY);
                }
                Optional<StoredExtraction> next = database.inTransaction(connection ->
                        Extractions.take(connection, name, Times.now().minus(ABANDONED_AFTER), Times.now()));
                if (next.isPresent()) {
                    extract(next.get());
                } else if (news.tryAcquire(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                    news.drainPermits();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException failure) {
                LOG.warnf(failure, "archives are left alone for %s", LOOK_AGAIN);
                pause();
            }
        }
    }

    private void pause() {
        try {
            news.tryAcquire(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
        }
    }

    void clean() {
        List<Forgotten> forgotten = database.inTransaction(connection -> {
            List<Forgotten> expired = Uploads.forgetExpired(connection, Times.now());
            Extractions.failWithoutUpload(connection, Times.now());
            return expired;
        });
        forgotten.forEach(upload -> bytes.forget(UploadedBytes.folder(upload.tenant(), upload.uploadId())));
    }

    private void extract(StoredExtraction extraction) {
        try {
            Entries entries = new Entries(extraction, Input.parseFrom(extraction.inputTemplate()));
            Optional<Path> archive =
                    extraction.sourceUrl().isEmpty() ? Optional.of(uploaded(extraction)) : fetched(extraction, entries);
            if (archive.isPresent()) {
                try {
                    Archive.read(archive.get(), entries);
                    entries.finish();
                } finally {
                    Files.deleteIfExists(archive.get());
                }
            }
        } catch (RefusedArchiveException refused) {
            end(extraction, State.FAILED, String.valueOf(refused.getMessage()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    "the template of extraction %s cannot be read".formatted(extraction.id()), e);
        } catch (IOException e) {
            LOG.warnf(e, "extraction %s failed", extraction.id());
            end(extraction, State.FAILED, "the archive could not be read");
        } catch (Refusal unavailable) {
            // Left behind, and begun again when the database is back.
            throw unavailable;
        } catch (RuntimeException bug) {
            LOG.errorf(bug, "extraction %s failed", extraction.id());
            end(extraction, State.FAILED, "internal error; please report extraction " + extraction.id());
        }
    }

    private Path uploaded(StoredExtraction extraction) throws IOException {
        List<StoredPart> parts = database.inTransaction(
                connection -> Uploads.parts(connection, extraction.tenant(), extraction.uploadId()));
        return bytes.whole(parts);
    }

    /** Nothing if it is no longer wanted. */
    private Optional<Path> fetched(StoredExtraction extraction, Entries entries)
            throws IOException, RefusedArchiveException {
        Path file = Files.createTempFile("archive-", "");
        try {
            Optional<String> problem = fetch.fetch(extraction.sourceUrl(), file, entries.fetching());
            if (problem.isEmpty()) {
                return Optional.of(file);
            }
            Files.deleteIfExists(file);
            if (entries.leftOff) {
                return Optional.empty();
            }
            throw new RefusedArchiveException(problem.get());
        } catch (RuntimeException failed) {
            Files.deleteIfExists(file);
            throw failed;
        }
    }

    private void end(StoredExtraction extraction, State state, String details) {
        database.inTransaction(connection -> {
            Extractions.end(connection, extraction, name, state, details, Times.now());
            return extraction;
        });
    }

    /** The entries of one archive on their way to becoming inputs. */
    private final class Entries implements Archive.Sink {
        private final StoredExtraction extraction;
        private final Input template;
        private final List<Outcome> batch = new ArrayList<>();
        private Counts counts = new Counts(0, 0, 0);
        private boolean leftOff;

        Entries(StoredExtraction extraction, Input template) {
            this.extraction = extraction;
            this.template = template;
        }

        @Override
        public boolean begin(long entries) {
            counts = new Counts(entries, 0, 0);
            return keep();
        }

        @Override
        public boolean entry(String entryName, byte[] content) {
            batch.add(light(intake.examine(input(entryName, content), Times.now())));
            return batch.size() < BATCH || keep();
        }

        /** Says from time to time that this is worked on, and asks whether it is still wanted. */
        ArchiveFetch.Progress fetching() {
            Instant began = Instant.now();
            AtomicReference<Instant> sayAt = new AtomicReference<>(began.plus(SAY_EVERY));
            return fetched -> {
                Instant now = Instant.now();
                if (now.isBefore(sayAt.get())) {
                    return Optional.empty();
                }
                sayAt.set(now.plus(SAY_EVERY));
                return keep()
                        ? ArchiveRules.rateProblem(fetched, Duration.between(began, now))
                        : Optional.of("nobody wants it any more");
            };
        }

        void finish() {
            if (!leftOff && keep()) {
                end(extraction, State.COMPLETED, "");
            }
        }

        private Input input(String entryName, byte[] content) {
            Input.Builder input = template.toBuilder()
                    .setId(UploadedBytes.hash(extraction.id() + "/" + entryName).substring(0, ID_LENGTH));
            input.getDataBuilder().getImageBuilder().setBase64(ByteString.copyFrom(content));
            Struct metadata = template.getData().getMetadata();
            if (!metadata.containsFields(FILENAME)) {
                input.getDataBuilder()
                        .setMetadata(metadata.toBuilder()
                                .putFields(
                                        FILENAME,
                                        Value.newBuilder()
                                                .setStringValue(entryName)
                                                .build()));
            }
            if (template.equals(Input.getDefaultInstance())) {
                ArchiveRules.folder(entryName)
                        .ifPresent(folder -> input.getDataBuilder()
                                .addConcepts(Concept.newBuilder().setId(folder).setValue(1)));
            }
            return input.build();
        }

        /** Without the bytes, which are stored. */
        private static Outcome light(Outcome outcome) {
            return switch (outcome) {
                case Outcome.Acceptable input ->
                    new Outcome.Acceptable(
                            Input.getDefaultInstance(), input.image(), input.contents(), input.concepts());
                case Outcome.Skipped skipped -> skipped;
                case Outcome.Refused refused -> new Outcome.Refused(Input.getDefaultInstance(), refused.status());
            };
        }

        private boolean keep() {
            Optional<Counts> after = stopped
                    ? Optional.empty()
                    : database.inTransaction(connection -> {
                        if (!Extractions.progress(connection, extraction, name, counts, Times.now())) {
                            return Optional.<Counts>empty();
                        }
                        List<Outcome> outcomes = InputIntake.keep(
                                connection, extraction.tenant(), batch, InputIDConflictResolution.SKIP, Times.now());
                        long failed = outcomes.stream()
                                .filter(Outcome.Refused.class::isInstance)
                                .count();
                        Counts sum = new Counts(
                                counts.pending() - outcomes.size(),
                                counts.succeeded() + outcomes.size() - failed,
                                counts.failed() + failed);
                        Extractions.progress(connection, extraction, name, sum, Times.now());
                        return Optional.of(sum);
                    });
            batch.clear();
            if (after.isEmpty()) {
                leftOff = true;
                if (!stopped) {
                    // Nothing happens if it is another worker's now.
                    end(extraction, State.CANCELLED, "");
                }
                return false;
            }
            counts = after.get();
            return true;
        }
    }
}
