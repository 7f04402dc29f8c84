package io.deeptrain.worker.artifact;

import java.io.IOException;
import java.util.List;

/** What a classifier says of each image that it is measured by, read one by one: there may be millions. */
public interface ImageAnswers {
    /** Of a model that does other things than tell concepts apart. */
    ImageAnswers NONE = new ImageAnswers() {
        @Override
        public int count() {
            return 0;
        }

        @Override
        public Answer answer(int image) {
            throw new IndexOutOfBoundsException(image);
        }
    };

    /** Of so many images. */
    int count();

    /** Of one of them. */
    Answer answer(int image) throws IOException;

    /**
     * What it says of one.
     *
     * @param shown the concepts that the image shows
     * @param said the likeliest, the highest first: the first is that of the confusion matrix
     */
    record Answer(String inputId, List<String> shown, List<Said> said) {
        public Answer {
            shown = List.copyOf(shown);
            said = List.copyOf(said);
        }
    }

    /** A concept and how much the model says for it, 0 to 1. */
    record Said(String concept, float value) {}
}
