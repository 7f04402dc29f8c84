package io.deeptrain.worker.data;

import io.deeptrain.worker.artifact.ImageAnswers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a classifier says of the images of a set, in the set's order. The images are in the heap already, the numbers
 * lie in a scratch file.
 */
public final class AnsweredImages implements ImageAnswers, AutoCloseable {
    /** So many concepts are said of an image. */
    static final int LIKELIEST_MAX = 5;

    private final ImageSet images;
    private final List<String> concepts;
    private final int likeliest;
    private final EmbeddingFile rows;
    private int count;

    /** Of none of these images yet. */
    public AnsweredImages(Path scratch, ImageSet images, List<String> concepts) throws IOException {
        this.images = images;
        this.concepts = List.copyOf(concepts);
        this.likeliest = Math.min(LIKELIEST_MAX, concepts.size());
        this.rows = new EmbeddingFile(scratch, 2 * likeliest);
    }

    /** They are looked at from the first on: what was said of them before counts no more. */
    public void begin() {
        rows.clear();
        count = 0;
    }

    /** What is said of the next image: a value for each concept. */
    public void add(float[] values) throws IOException {
        int[] highest = highest(values);
        float[] row = new float[2 * likeliest];
        for (int n = 0; n < likeliest; n++) {
            row[2 * n] = highest[n];
            row[2 * n + 1] = values[highest[n]];
        }
        rows.append(row);
        count++;
    }

    /** Positions of the highest values, of equal ones the first; there may be thousands for each image. */
    private int[] highest(float[] values) {
        int[] highest = new int[likeliest];
        int found = 0;
        for (int position = 0; position < values.length; position++) {
            int place = found;
            while (place > 0 && values[position] > values[highest[place - 1]]) {
                place--;
            }
            if (place < likeliest) {
                found = Math.min(likeliest, found + 1);
                System.arraycopy(highest, place, highest, place + 1, found - place - 1);
                highest[place] = position;
            }
        }
        return highest;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public Answer answer(int image) throws IOException {
        float[] row = rows.read(image);
        List<Said> said = new ArrayList<>();
        for (int n = 0; n < likeliest; n++) {
            said.add(new Said(concepts.get((int) row[2 * n]), row[2 * n + 1]));
        }
        return new Answer(
                images.inputId(image),
                images.labels(image).shown().stream().map(concepts::get).toList(),
                said);
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
