package io.deeptrain.worker.network;

import java.util.Arrays;
import java.util.List;

/**
 * Numbers with a name and a shape, row by row. The numbers are shared, not copied: nobody writes to them afterwards.
 */
public final class Tensor {
    private final String name;
    private final List<Integer> shape;
    private final float[] values;

    public Tensor(String name, List<Integer> shape, float[] values) {
        int size = shape.stream().reduce(1, Math::multiplyExact);
        if (size != values.length) {
            throw new IllegalArgumentException(
                    "tensor %s of shape %s needs %d values and has %d".formatted(name, shape, size, values.length));
        }
        this.name = name;
        this.shape = List.copyOf(shape);
        this.values = values;
    }

    public String name() {
        return name;
    }

    public List<Integer> shape() {
        return shape;
    }

    public float[] values() {
        return values;
    }

    public Tensor renamed(String other) {
        return new Tensor(other, shape, values);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor tensor
                && name.equals(tensor.name)
                && shape.equals(tensor.shape)
                && Arrays.equals(values, tensor.values);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return name + shape;
    }
}
