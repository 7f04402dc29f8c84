package io.deeptrain.api.dataset;

import java.util.Optional;

/** What a training takes its inputs from. */
public sealed interface DatasetChoice {
    /** All inputs of the app. */
    record AllInputs() implements DatasetChoice {}

    /** A dataset as it is when the training is asked for. */
    record Current(String datasetId) implements DatasetChoice {}

    /** A version of a dataset; of which one need not be said, for a version has an id of its own. */
    record OfVersion(Optional<String> datasetId, String versionId) implements DatasetChoice {}

    /** Empty ids are no ids. */
    static DatasetChoice of(String datasetId, String versionId) {
        if (!versionId.isEmpty()) {
            return new OfVersion(Optional.of(datasetId).filter(id -> !id.isEmpty()), versionId);
        }
        return datasetId.isEmpty() ? new AllInputs() : new Current(datasetId);
    }
}
