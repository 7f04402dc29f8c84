package io.deeptrain.worker.data;

import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.LabelledRegion;
import io.deeptrain.worker.augmentation.Sampler;
import io.deeptrain.worker.augmentation.View;
import io.deeptrain.worker.detection.Box;
import io.deeptrain.worker.objective.Labels;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import io.deeptrain.worker.objective.Mirror;
import io.deeptrain.worker.objective.Targets;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Labelled images of one split, decoded and ready to be dealt out. They may be kept finer than they are dealt. */
public final class ImageSet implements AutoCloseable {
    private final PixelFile pixels;
    private final int keptSide;
    private final int imageSize;
    private final Map<String, Integer> positionOfConcept = new HashMap<>();
    private final List<Labels> labels = new ArrayList<>();
    private final List<String> inputIds = new ArrayList<>();
    private final int imageBytes;
    private final int keptBytes;

    /** Images that are kept as they are dealt. */
    public ImageSet(Path scratch, int imageSize, List<String> concepts) throws IOException {
        this(scratch, imageSize, imageSize, concepts);
    }

    /**
     * Images that are cropped, before they are dealt.
     *
     * @param keptSide of the squares that are added and kept
     * @param imageSize of those that are dealt
     */
    public ImageSet(Path scratch, int keptSide, int imageSize, List<String> concepts) throws IOException {
        this.keptSide = keptSide;
        this.imageSize = imageSize;
        this.imageBytes = ImageDecoder.COLOURS * imageSize * imageSize;
        this.keptBytes = ImageDecoder.COLOURS * keptSide * keptSide;
        for (int i = 0; i < concepts.size(); i++) {
            positionOfConcept.put(concepts.get(i), i);
        }
        this.pixels = new PixelFile(scratch, keptBytes);
    }

    /** Labels that are none of the training's concepts are no evidence. */
    public void add(ManifestEntry entry, ImageDecoder.Pixels decoded) throws IOException {
        pixels.append(decoded.bytes());
        inputIds.add(entry.inputId());
        labels.add(new Labels(
                entry.positives().stream()
                        .filter(positionOfConcept::containsKey)
                        .map(positionOfConcept::get)
                        .sorted()
                        .distinct()
                        .toList(),
                entry.regions().stream()
                        .filter(region -> positionOfConcept.containsKey(region.concept()))
                        .map(this::labelledBox)
                        .toList()));
    }

    private LabelledBox labelledBox(LabelledRegion region) {
        return new LabelledBox(
                Objects.requireNonNull(positionOfConcept.get(region.concept())),
                new Box(region.top(), region.left(), region.bottom(), region.right()));
    }

    /** The side of the squares that are added. */
    public int keptSide() {
        return keptSide;
    }

    /** How many bytes the pixels of one image take that is dealt. */
    public int imageBytes() {
        return imageBytes;
    }

    public int size() {
        return labels.size();
    }

    /** The input that the image is of. */
    public String inputId(int index) {
        return inputIds.get(index);
    }

    public Labels labels(int index) {
        return labels.get(index);
    }

    /** How many images show each of the concepts, in their order. */
    public List<Integer> imagesOfConcepts() {
        int[] counts = new int[positionOfConcept.size()];
        labels.forEach(image -> image.shown().forEach(position -> counts[position]++));
        return Arrays.stream(counts).boxed().toList();
    }

    /** How many images show none of them. */
    public int imagesOfNone() {
        return Math.toIntExact(
                labels.stream().filter(image -> image.shown().isEmpty()).count());
    }

    /** Positions of the concepts that no image shows. */
    public Set<Integer> unseen() {
        Set<Integer> unseen = new TreeSet<>(positionOfConcept.values());
        labels.forEach(image -> unseen.removeAll(image.shown()));
        return unseen;
    }

    /**
     * A batch of these images. Safe for several threads at once while no image is added.
     *
     * @param views how each is seen
     */
    public Batch batch(int[] indexes, List<View> views, Targets targets) throws IOException {
        FloatBuffer numbers = FloatBuffer.allocate(indexes.length * targets.perImage());
        for (int i = 0; i < indexes.length; i++) {
            targets.write(views.get(i).of(labels.get(indexes[i])), numbers, i * targets.perImage());
        }
        return new Batch(pixels(indexes, views), numbers);
    }

    /** These images as they are. */
    public Pixels pixels(int[] indexes) throws IOException {
        return pixels(indexes, Collections.nCopies(indexes.length, View.whole(false, Mirror.LEFT_RIGHT)));
    }

    private Pixels pixels(int[] indexes, List<View> views) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(indexes.length * imageBytes);
        Sampler sampler = new Sampler(keptSide, imageSize);
        byte[] kept = new byte[keptBytes];
        for (int i = 0; i < indexes.length; i++) {
            pixels.read(indexes[i], kept);
            bytes.put(sampler.view(kept, views.get(i)));
        }
        return new Pixels(bytes.flip(), indexes.length, imageSize);
    }

    @Override
    public void close() throws IOException {
        pixels.close();
    }
}
