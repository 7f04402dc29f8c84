package io.deeptrain.api.adapter.rpc;

import io.deeptrain.contract.ModelVersion;
import io.deeptrain.template.TemplateCatalogue;
import java.util.Map;

/** Whether a classifier was trained to say one concept of an image, or any number, as its hyperparameters have it. */
public final class Exclusivity {
    private Exclusivity() {}

    public static boolean of(String modelTypeId, ModelVersion document) {
        if (modelTypeId.equals(TemplateCatalogue.EMBEDDING_CLASSIFIER)) {
            return document.getOutputInfo().getOutputConfig().getConceptsMutuallyExclusive();
        }
        Map<String, Object> params = Values.read(document.getTrainInfo().getParams());
        return params.get("logreg") instanceof Double logreg
                ? logreg == 0
                : !Boolean.FALSE.equals(params.get("concepts_mutually_exclusive"));
    }
}
