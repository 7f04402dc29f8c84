package io.deeptrain.worker.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Decoded images in a scratch file, so that the size of a dataset is bounded by the disk and not by the heap. */
final class PixelFile implements AutoCloseable {
    private final FileChannel channel;
    private final Path file;
    private final int imageBytes;
    private int images;

    PixelFile(Path folder, int imageBytes) throws IOException {
        this.file = Files.createTempFile(folder, "pixels", ".raw");
        // Linux unlinks it here and now, so that a killed worker leaves nothing on a disk that outlives it.
        this.channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        this.imageBytes = imageBytes;
    }

    /** Answers the image's position. */
    int append(byte[] pixels) throws IOException {
        if (pixels.length != imageBytes) {
            throw new IllegalArgumentException("image has %d bytes, not %d".formatted(pixels.length, imageBytes));
        }
        ByteBuffer left = ByteBuffer.wrap(pixels);
        long at = (long) images * imageBytes;
        while (left.hasRemaining()) {
            at += channel.write(left, at);
        }
        return images++;
    }

    /** The next image is the first again. */
    void clear() {
        images = 0;
    }

    void read(int image, byte[] into) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(into, 0, imageBytes);
        long at = (long) image * imageBytes;
        while (left.hasRemaining()) {
            int read = channel.read(left, at);
            if (read < 0) {
                throw new IOException("scratch file %s ends before image %d".formatted(file, image));
            }
            at += read;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
