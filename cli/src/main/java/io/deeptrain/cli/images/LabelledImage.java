package io.deeptrain.cli.images;

/**
 * One image and the class that it shows.
 *
 * @param name tells it from every other of its set, as in {@code train/cat/0001.png} or {@code test-00042}
 */
public record LabelledImage(String name, String label, Content content) {
    /** Where the bytes of an encoded image come from. They are read when they are needed, not before. */
    @FunctionalInterface
    public interface Content {
        byte[] read() throws UnreadableImagesException;
    }
}
