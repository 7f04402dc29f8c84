package io.deeptrain.api.adapter.rpc;

import io.deeptrain.contract.ModelVersion;
import io.deeptrain.template.Template;
import io.deeptrain.template.TemplateCatalogue;
import java.util.Map;
import java.util.Optional;

/** Whether a classifier was trained to say one concept of an image, or any number, as its hyperparameters have it. */
public final class Exclusivity {
    private static final String EACH = "logreg";
    private static final String EXCLUSIVE = "concepts_mutually_exclusive";

    private Exclusivity() {}

    public static boolean of(String modelTypeId, ModelVersion document) {
        if (isOfOutput(modelTypeId)) {
            return document.getOutputInfo().getOutputConfig().getConceptsMutuallyExclusive();
        }
        Map<String, Object> params = Values.read(document.getTrainInfo().getParams());
        return params.get(EACH) instanceof Double logreg ? logreg == 0 : !Boolean.FALSE.equals(params.get(EXCLUSIVE));
    }

    /** What one sets for any number of concepts; nothing if this template leaves no choice. */
    static Optional<String> inWords(String modelTypeId, Template template) {
        if (isOfOutput(modelTypeId)) {
            return Optional.of("output_info.output_config.%s to false".formatted(EXCLUSIVE));
        }
        return template.hyperparameter(EACH)
                .map(_ -> EACH + " to 1")
                .or(() -> template.hyperparameter(EXCLUSIVE).map(_ -> EXCLUSIVE + " to false"));
    }

    private static boolean isOfOutput(String modelTypeId) {
        return modelTypeId.equals(TemplateCatalogue.EMBEDDING_CLASSIFIER);
    }
}
