package io.deeptrain.worker.augmentation;

/** Changes an image's colours and leaves everything where it is. */
sealed interface Tone extends Operation {
    /** Changes an image in the order colour, row, column. */
    void change(byte[] image, int side);

    /** Stretches each colour to the whole range. */
    record AutoContrast() implements Tone {
        @Override
        public void change(byte[] image, int side) {
            int plane = side * side;
            for (int from = 0; from < image.length; from += plane) {
                int[] counts = ColourTable.counts(image, from, plane);
                int low = 0;
                int high = ColourTable.VALUES - 1;
                while (counts[low] == 0) {
                    low++;
                }
                while (counts[high] == 0) {
                    high--;
                }
                if (low < high) {
                    ColourTable.stretching(low, high).apply(image, from, plane);
                }
            }
        }
    }

    /** Spreads each colour's values evenly over the range. */
    record Equalize() implements Tone {
        @Override
        public void change(byte[] image, int side) {
            int plane = side * side;
            for (int from = 0; from < image.length; from += plane) {
                ColourTable.equalizing(ColourTable.counts(image, from, plane)).apply(image, from, plane);
            }
        }
    }

    /** To the negative. */
    record Invert() implements Tone {
        @Override
        public void change(byte[] image, int side) {
            ColourTable.of(value -> ColourTable.VALUES - 1 - value).apply(image);
        }
    }

    /** Keeps so many of the eight bits of each value. */
    record Posterize(int bits) implements Tone {
        @Override
        public void change(byte[] image, int side) {
            ColourTable.of(value -> value & (0xFF00 >> bits)).apply(image);
        }
    }

    /** To the negative what is not below the threshold. */
    record Solarize(int threshold) implements Tone {
        @Override
        public void change(byte[] image, int side) {
            ColourTable.of(value -> value < threshold ? value : ColourTable.VALUES - 1 - value)
                    .apply(image);
        }
    }

    /** Adds to the darker half. */
    record SolarizeAdd(int addend) implements Tone {
        @Override
        public void change(byte[] image, int side) {
            ColourTable.of(value -> value < ColourTable.VALUES / 2 ? value + addend : value)
                    .apply(image);
        }
    }

    /** Away from black, or towards it. */
    record Brightness(double factor) implements Tone {
        @Override
        public void change(byte[] image, int side) {
            ColourTable.of(value -> away(0, value, factor)).apply(image);
        }
    }

    /** Away from the image's mean grey, or towards it. */
    record Contrast(double factor) implements Tone {
        @Override
        public void change(byte[] image, int side) {
            int plane = side * side;
            long sum = 0;
            for (int pixel = 0; pixel < plane; pixel++) {
                sum += grey(image, pixel, plane);
            }
            int mean = (int) ((2 * sum + plane) / (2L * plane));
            ColourTable.of(value -> away(mean, value, factor)).apply(image);
        }
    }

    /** Away from each pixel's grey, or towards it. */
    record Colour(double factor) implements Tone {
        @Override
        public void change(byte[] image, int side) {
            int plane = side * side;
            for (int pixel = 0; pixel < plane; pixel++) {
                int grey = grey(image, pixel, plane);
                for (int at = pixel; at < image.length; at += plane) {
                    image[at] = (byte) away(grey, image[at] & 0xFF, factor);
                }
            }
        }
    }

    /** Away from the smoothed image, or towards it; the pixels at the edge stay. */
    record Sharpness(double factor) implements Tone {
        /** Of the pixel itself; each of its eight neighbours weighs 1. */
        private static final int OWN_WEIGHT = 5;

        private static final int WEIGHT = OWN_WEIGHT + 8;

        @Override
        public void change(byte[] image, int side) {
            byte[] before = image.clone();
            for (int plane = 0; plane < image.length; plane += side * side) {
                for (int row = 1; row < side - 1; row++) {
                    for (int at = plane + row * side + 1; at < plane + (row + 1) * side - 1; at++) {
                        int value = before[at] & 0xFF;
                        int sum = (OWN_WEIGHT - 1) * value
                                + three(before, at - side)
                                + three(before, at)
                                + three(before, at + side);
                        image[at] = (byte) away((2 * sum + WEIGHT) / (2 * WEIGHT), value, factor);
                    }
                }
            }
        }

        private static int three(byte[] image, int at) {
            return (image[at - 1] & 0xFF) + (image[at] & 0xFF) + (image[at + 1] & 0xFF);
        }
    }

    /** From one value through the other and beyond, for a factor above 1; towards the first, for one below. */
    private static int away(int from, int value, double factor) {
        return (int) Math.clamp(Math.floor(from + factor * (value - from) + 0.5), 0, ColourTable.VALUES - 1.0);
    }

    /** The luma of ITU-R BT.601. */
    private static int grey(byte[] image, int pixel, int plane) {
        int red = image[pixel] & 0xFF;
        int green = image[plane + pixel] & 0xFF;
        int blue = image[2 * plane + pixel] & 0xFF;
        return (299 * red + 587 * green + 114 * blue + 500) / 1000;
    }
}
