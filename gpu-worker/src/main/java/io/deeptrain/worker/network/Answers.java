package io.deeptrain.worker.network;

import java.util.Map;

/**
 * A network's outputs by name.
 *
 * @param outputs the numbers of each, image by image; feature maps in the order channel, row, column. Shared, not
 *     copied.
 */
public record Answers(Map<String, float[]> outputs) {
    public float[] of(String output) {
        float[] numbers = outputs.get(output);
        if (numbers == null) {
            throw new IllegalArgumentException(
                    "nothing was answered as %s, only %s".formatted(output, outputs.keySet()));
        }
        return numbers;
    }
}
