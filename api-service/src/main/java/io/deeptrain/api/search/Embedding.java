package io.deeptrain.api.search;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Where an image lies among others: the direction of a vector. */
public final class Embedding {
    private final float[] vector;

    private Embedding(float[] vector) {
        this.vector = vector;
    }

    /** Of a vector of any length but 0, which has no direction. */
    public static Embedding of(List<Float> numbers) {
        double squares = 0;
        for (float number : numbers) {
            squares += (double) number * number;
        }
        double length = Math.sqrt(squares);
        if (!(length > 0) || Double.isInfinite(length)) {
            throw new IllegalArgumentException("a vector of length %s has no direction".formatted(length));
        }
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (numbers.get(i) / length);
        }
        return new Embedding(vector);
    }

    /** What {@link #bytes} made. */
    public static Embedding of(byte[] bytes) {
        float[] vector = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).asFloatBuffer().get(vector);
        return new Embedding(vector);
    }

    /** Numbers of four bytes, the most significant first. */
    public byte[] bytes() {
        byte[] bytes = new byte[vector.length * Float.BYTES];
        ByteBuffer.wrap(bytes).asFloatBuffer().put(vector);
        return bytes;
    }

    public int size() {
        return vector.length;
    }

    /**
     * How alike two images are: half of 1 plus the cosine of the angle between them, so that 1 is the same, 0.5
     * unrelated and 0 the opposite.
     */
    public float likeness(Embedding other) {
        if (other.vector.length != vector.length) {
            throw new IllegalArgumentException(
                    "embeddings of %d and %d numbers cannot be compared".formatted(vector.length, other.vector.length));
        }
        float cosine = 0;
        for (int i = 0; i < vector.length; i++) {
            cosine += vector[i] * other.vector[i];
        }
        return Math.clamp((1 + cosine) / 2, 0f, 1f);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Embedding embedding && Arrays.equals(vector, embedding.vector);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(vector);
    }

    @Override
    public String toString() {
        return Arrays.toString(vector);
    }
}
