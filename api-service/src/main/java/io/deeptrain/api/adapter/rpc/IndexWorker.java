package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.http.Predictions;
import io.deeptrain.api.adapter.http.Predictions.NoWorkerException;
import io.deeptrain.api.adapter.http.Predictions.Picture;
import io.deeptrain.api.adapter.http.Predictions.Sight;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.EmbeddingIndexes;
import io.deeptrain.api.adapter.postgres.EmbeddingIndexes.StoredIndex;
import io.deeptrain.api.adapter.postgres.EmbeddingIndexes.Unplaced;
import io.deeptrain.api.search.Embedding;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Places the inputs of apps that have an index, in the background.
 *
 * <ol>
 *   <li>An app with inputs that are not placed is taken for a while, so that no two replicas work on it.
 *   <li>A worker embeds a batch of its inputs.
 *   <li>What it answers is kept, and the app is free for the next batch, which may be another app's.
 * </ol>
 *
 * <p>New inputs are found by looking again every few seconds.
 */
@ApplicationScoped
class IndexWorker {
    private static final Logger LOG = Logger.getLogger(IndexWorker.class);
    private static final int BATCH = 32;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);
    private static final Duration ABANDONED_AFTER = Duration.ofMinutes(2);

    private final Database database;
    private final Predictions predictions;
    private final BackgroundLoop loop = new BackgroundLoop("embeddings", LOOK_AGAIN, this::placeSome);

    IndexWorker(Database database, Predictions predictions) {
        this.database = database;
        this.predictions = predictions;
    }

    void start(@Observes StartupEvent event) {
        loop.start();
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        loop.stop();
    }

    /** False if there was nothing to do. */
    private boolean placeSome() {
        Optional<StoredIndex> taken = database.inTransaction(
                connection -> EmbeddingIndexes.take(connection, Times.now().minus(ABANDONED_AFTER), Times.now()));
        if (taken.isEmpty()) {
            return false;
        }
        StoredIndex index = taken.get();
        try {
            List<Unplaced> inputs =
                    database.inTransaction(connection -> EmbeddingIndexes.unplaced(connection, index, BATCH));
            Map<String, Optional<Embedding>> embeddings = embeddings(index, inputs);
            database.inTransaction(connection -> {
                EmbeddingIndexes.place(connection, index, embeddings);
                return embeddings;
            });
            return true;
        } catch (NoWorkerException away) {
            database.inTransaction(connection -> {
                EmbeddingIndexes.free(connection, index);
                return index;
            });
            LOG.debugf("inputs are left alone for %s: %s", LOOK_AGAIN, away.getMessage());
            return false;
        }
    }

    private Map<String, Optional<Embedding>> embeddings(StoredIndex index, List<Unplaced> inputs)
            throws NoWorkerException {
        Map<String, Optional<Embedding>> embeddings = new LinkedHashMap<>();
        if (inputs.isEmpty()) {
            return embeddings;
        }
        List<Sight> sights = predictions.embed(
                index.model(),
                inputs.stream()
                        .<Picture>map(input -> new Picture.Stored(input.image()))
                        .toList());
        for (int i = 0; i < inputs.size(); i++) {
            embeddings.put(inputs.get(i).inputId(), embedding(sights.get(i)));
        }
        return embeddings;
    }

    private static Optional<Embedding> embedding(Sight sight) {
        return sight instanceof Sight.Embedding(List<Float> vector)
                        && vector.stream().anyMatch(number -> number != 0)
                ? Optional.of(Embedding.of(vector))
                : Optional.empty();
    }
}
