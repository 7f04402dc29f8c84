package io.deeptrain.worker.prediction;

import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.port.CorruptObjectException;
import java.io.IOException;
import java.util.List;

/** What published models say about images. */
public interface Predictions {
    /**
     * One prediction for each image, in the same order.
     *
     * @param conceptsMax how many concepts are wanted for each
     */
    List<Prediction> predict(StoredObject stored, List<Outcome> images, int conceptsMax)
            throws IOException, CorruptObjectException;

    /**
     * One embedding for each image, in the same order: of an embedder its own, of a classifier the features that it
     * decides by.
     */
    List<Prediction> embed(StoredObject stored, List<Outcome> images) throws IOException, CorruptObjectException;

    /** The size that images must be decoded to. */
    int imageSizeOf(StoredObject stored) throws IOException, CorruptObjectException;
}
