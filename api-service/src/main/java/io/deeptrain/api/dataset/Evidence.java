package io.deeptrain.api.dataset;

import io.deeptrain.template.TemplateCatalogue;

/** Which labels of an input a training learns from. */
public enum Evidence {
    /** Those of the whole image. */
    IMAGE_LABELS,
    /** Those of its regions. A negative label of the whole image says that no region shows the concept. */
    REGION_LABELS;

    public static Evidence of(String modelTypeId) {
        return modelTypeId.equals(TemplateCatalogue.VISUAL_DETECTOR) ? REGION_LABELS : IMAGE_LABELS;
    }
}
