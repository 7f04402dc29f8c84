package io.deeptrain.worker.transfer;

import io.deeptrain.worker.data.ImageDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Images that show nothing, drawn by formula: a third is noise, a third gradients, a third blocks of plain colours.
 * They tell a head what a photograph of none of its concepts might look like to the base model, as far as images
 * without any object can; they stand in for a collection of real photographs.
 */
final class Negatives {
    static final int IMAGES = 96;

    private static final int KINDS = 3;
    private static final int BLOCKS = 4;
    private static final int BYTE_VALUES = 256;

    private Negatives() {}

    /** The same for the same seed: square images in the order colour, row, column. */
    static List<byte[]> images(int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> images = new ArrayList<>();
        for (int n = 0; n < IMAGES; n++) {
            byte[] image = new byte[ImageDecoder.COLOURS * size * size];
            for (int colour = 0; colour < ImageDecoder.COLOURS; colour++) {
                draw(n % KINDS, image, colour * size * size, size, random);
            }
            images.add(image);
        }
        return images;
    }

    private static void draw(int kind, byte[] image, int plane, int size, SplittableRandom random) {
        double start = random.nextDouble(BYTE_VALUES);
        double down = random.nextDouble(-BYTE_VALUES, BYTE_VALUES) / size;
        double right = random.nextDouble(-BYTE_VALUES, BYTE_VALUES) / size;
        int[] blocks = random.ints((long) BLOCKS * BLOCKS, 0, BYTE_VALUES).toArray();
        for (int row = 0; row < size; row++) {
            for (int column = 0; column < size; column++) {
                double value = switch (kind) {
                    case 0 -> random.nextInt(BYTE_VALUES);
                    case 1 -> start + down * row + right * column;
                    default -> blocks[row * BLOCKS / size * BLOCKS + column * BLOCKS / size];
                };
                image[plane + row * size + column] = (byte) Math.clamp(Math.round(value), 0, BYTE_VALUES - 1);
            }
        }
    }
}
