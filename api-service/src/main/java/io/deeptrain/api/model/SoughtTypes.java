package io.deeptrain.api.model;

import io.deeptrain.template.TemplateCatalogue;
import java.util.List;

/**
 * The model types that are looked for.
 *
 * @param ids none for all
 */
public record SoughtTypes(List<String> ids) {
    public SoughtTypes {
        ids = List.copyOf(ids);
    }

    /** What a caller names: a type of today or, in the older generation's words, a kind of models. Empty is all. */
    public static SoughtTypes of(String modelTypeId, String legacyType) {
        if (!modelTypeId.isEmpty()) {
            return new SoughtTypes(List.of(modelTypeId));
        }
        return new SoughtTypes(
                switch (legacyType) {
                    case "" -> List.of();
                    case "concept" ->
                        List.of(TemplateCatalogue.VISUAL_CLASSIFIER, TemplateCatalogue.EMBEDDING_CLASSIFIER);
                    case "detect", "detection" -> List.of(TemplateCatalogue.VISUAL_DETECTOR);
                    case "embed" -> List.of(TemplateCatalogue.VISUAL_EMBEDDER);
                    default -> List.of(legacyType);
                });
    }
}
