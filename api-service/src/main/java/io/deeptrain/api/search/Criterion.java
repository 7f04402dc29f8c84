package io.deeptrain.api.search;

import java.util.List;

/** One thing that an input may have. */
public sealed interface Criterion {
    /** It, or one of its regions, is labelled with one of these concepts: as showing it, or as not showing it. */
    record Labelled(List<String> conceptIds, boolean positive) implements Criterion {
        public Labelled {
            conceptIds = List.copyOf(conceptIds);
        }
    }

    /** Its metadata hold all that these hold; both are JSON objects. */
    record WithMetadata(String json) implements Criterion {}

    record WithId(String inputId) implements Criterion {}

    /** It came from this address. */
    record FromUrl(String url) implements Criterion {}

    record InDataset(String datasetId) implements Criterion {}
}
