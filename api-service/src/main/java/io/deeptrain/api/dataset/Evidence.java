package io.deeptrain.api.dataset;

import io.deeptrain.template.TemplateCatalogue;

/** Which labels of an input a training learns from. */
public enum Evidence {
    /** Those of the whole image, or of a video and so of each of its frames. */
    IMAGE_LABELS,
    /** Those of its regions. A negative label of the whole image says that no region shows the concept. */
    REGION_LABELS;

    /** Whether a video has any: no frame of it has boxes of its own. */
    public boolean isInVideos() {
        return switch (this) {
            case IMAGE_LABELS -> true;
            case REGION_LABELS -> false;
        };
    }

    public static Evidence of(String modelTypeId) {
        return modelTypeId.equals(TemplateCatalogue.VISUAL_DETECTOR) ? REGION_LABELS : IMAGE_LABELS;
    }
}
