package io.deeptrain.worker.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Embeddings in a scratch file, by position. */
public final class EmbeddingFile implements AutoCloseable {
    private final PixelFile rows;
    private final byte[] row;

    /**
     * An empty file.
     *
     * @param size how many numbers an embedding has
     */
    public EmbeddingFile(Path scratch, int size) throws IOException {
        this.row = new byte[Math.multiplyExact(size, Float.BYTES)];
        this.rows = new PixelFile(scratch, row.length);
    }

    public void append(float[] embedding) throws IOException {
        byte[] bytes = new byte[Math.multiplyExact(embedding.length, Float.BYTES)];
        ByteBuffer.wrap(bytes).asFloatBuffer().put(embedding);
        rows.append(bytes);
    }

    /** Forgets them. */
    void clear() {
        rows.clear();
    }

    public float[] read(int position) throws IOException {
        rows.read(position, row);
        float[] embedding = new float[row.length / Float.BYTES];
        ByteBuffer.wrap(row).asFloatBuffer().get(embedding);
        return embedding;
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
