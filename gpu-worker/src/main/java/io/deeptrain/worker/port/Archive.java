package io.deeptrain.worker.port;

import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.artifact.Publication;
import io.deeptrain.worker.artifact.SavedTraining;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.attempt.AttemptId;
import java.io.IOException;
import java.util.List;

/**
 * What a worker reads and leaves behind. An {@code IOException} is the store's failure and may pass; a
 * {@link CorruptObjectException} is the object's and will not.
 */
public interface Archive {
    List<ManifestEntry> manifest(StoredObject manifest) throws IOException, CorruptObjectException;

    /** The bytes as uploaded, their hash checked. */
    byte[] image(StoredObject image) throws IOException, CorruptObjectException;

    /** As {@link #image}. */
    byte[] video(StoredObject video) throws IOException, CorruptObjectException;

    /** Durable when this returns. */
    StoredObject saveCheckpoint(AttemptId attempt, SavedTraining training) throws IOException;

    SavedTraining checkpoint(StoredObject checkpoint) throws IOException, CorruptObjectException;

    /**
     * Publishes the model, and beside it what others need to use, judge and repeat it. Durable when this returns.
     *
     * @return the model
     */
    StoredObject publish(AttemptId attempt, Publication publication) throws IOException;

    TrainedModel model(StoredObject model) throws IOException, CorruptObjectException;
}
