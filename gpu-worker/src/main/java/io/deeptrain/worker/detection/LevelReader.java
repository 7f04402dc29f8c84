package io.deeptrain.worker.detection;

import io.deeptrain.worker.network.Answers;

/** Reads the maps of a pyramid's levels. */
interface LevelReader {
    /**
     * What is answered for one image at one level.
     *
     * @param answers to several images
     * @param first how many places finer levels have
     */
    Places places(Answers answers, int image, int level, int first);

    /** The anchors or points of a level. */
    interface Places {
        int count();

        /** Of the score for a concept. */
        float logit(int place, int concept);

        /** Where it is, in pixels; it may lie partly outside of the image. */
        Box box(int place, int concept);
    }
}
