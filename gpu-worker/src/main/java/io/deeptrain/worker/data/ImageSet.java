package io.deeptrain.worker.data;

import io.deeptrain.event.ManifestEntry;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Labelled images of one split, decoded and ready to be dealt out. */
public final class ImageSet implements AutoCloseable {
    private final PixelFile pixels;
    private final int imageSize;
    private final int concepts;
    private final Map<String, Integer> positionOfConcept = new HashMap<>();
    private final List<int[]> shown = new ArrayList<>();
    private final List<String> inputIds = new ArrayList<>();
    private final byte[] image;

    public ImageSet(Path scratch, int imageSize, List<String> concepts) throws IOException {
        this.imageSize = imageSize;
        this.concepts = concepts.size();
        this.image = new byte[ImageDecoder.COLOURS * imageSize * imageSize];
        for (int i = 0; i < concepts.size(); i++) {
            positionOfConcept.put(concepts.get(i), i);
        }
        this.pixels = new PixelFile(scratch, image.length);
    }

    /** Labels that are none of the training's concepts are no evidence. */
    public void add(ManifestEntry entry, ImageDecoder.Pixels decoded) throws IOException {
        pixels.append(decoded.bytes());
        inputIds.add(entry.inputId());
        shown.add(entry.positives().stream()
                .filter(positionOfConcept::containsKey)
                .mapToInt(positionOfConcept::get)
                .sorted()
                .distinct()
                .toArray());
    }

    public int size() {
        return shown.size();
    }

    /** The input that the image is of. */
    public String inputId(int index) {
        return inputIds.get(index);
    }

    /** The positions of the concepts that the image shows, ascending. */
    public int[] shownBy(int index) {
        return shown.get(index).clone();
    }

    /** Positions of the concepts that no image shows. */
    public Set<Integer> unseen() {
        Set<Integer> unseen = new TreeSet<>(positionOfConcept.values());
        shown.forEach(positions -> {
            for (int position : positions) {
                unseen.remove(position);
            }
        });
        return unseen;
    }

    /**
     * A batch of these images.
     *
     * @param flipped for each, whether it is mirrored
     */
    public Batch batch(int[] indexes, boolean[] flipped, Activation activation) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(indexes.length * image.length);
        FloatBuffer targets = FloatBuffer.allocate(indexes.length * concepts);
        for (int i = 0; i < indexes.length; i++) {
            pixels.read(indexes[i], image);
            if (flipped[i]) {
                mirror();
            }
            bytes.put(image);
            int[] positions = shown.get(indexes[i]);
            float share = activation == Activation.SOFTMAX ? 1f / positions.length : 1;
            for (int position : positions) {
                targets.put(i * concepts + position, share);
            }
        }
        return new Batch(new Pixels(bytes.flip(), indexes.length, imageSize), targets);
    }

    private void mirror() {
        for (int row = 0; row < image.length; row += imageSize) {
            for (int left = row, right = row + imageSize - 1; left < right; left++, right--) {
                byte pixel = image[left];
                image[left] = image[right];
                image[right] = pixel;
            }
        }
    }

    @Override
    public void close() throws IOException {
        pixels.close();
    }
}
