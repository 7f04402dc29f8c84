package io.deeptrain.image;

import java.awt.image.BufferedImage;

/**
 * How the rows and columns of a file lie to the image as it is to be seen: the eight values of the tag Orientation of
 * TIFF 6.0, which cameras write into EXIF.
 */
public enum Orientation {
    UPRIGHT(false, false, false),
    MIRRORED(false, true, false),
    UPSIDE_DOWN(false, true, true),
    FLIPPED(false, false, true),
    TRANSPOSED(true, false, false),
    TURNED_LEFT(true, false, true),
    TRANSVERSED(true, true, true),
    TURNED_RIGHT(true, true, false);

    /** Whether rows and columns change places. */
    private final boolean transposed;
    /** Whether the file's columns run from right to left. */
    private final boolean columnsReversed;
    /** Whether the file's rows run from bottom to top. */
    private final boolean rowsReversed;

    Orientation(boolean transposed, boolean columnsReversed, boolean rowsReversed) {
        this.transposed = transposed;
        this.columnsReversed = columnsReversed;
        this.rowsReversed = rowsReversed;
    }

    /**
     * The orientation that the standard image metadata of the platform call so. They name what was done to the file.
     */
    static Orientation named(String name) {
        return switch (name) {
            case "FlipH" -> MIRRORED;
            case "Rotate180" -> UPSIDE_DOWN;
            case "FlipV" -> FLIPPED;
            case "FlipVRotate90" -> TRANSPOSED;
            case "Rotate270" -> TURNED_LEFT;
            case "FlipHRotate90" -> TRANSVERSED;
            case "Rotate90" -> TURNED_RIGHT;
            default -> UPRIGHT;
        };
    }

    public int widthOf(int columns, int rows) {
        return transposed ? rows : columns;
    }

    public int heightOf(int columns, int rows) {
        return transposed ? columns : rows;
    }

    /** The image as it is to be seen, of packed RGB pixels. */
    public BufferedImage upright(BufferedImage stored) {
        if (this == UPRIGHT) {
            return stored;
        }
        int columns = stored.getWidth();
        int rows = stored.getHeight();
        int width = widthOf(columns, rows);
        int height = heightOf(columns, rows);
        int[] from = stored.getRGB(0, 0, columns, rows, null, 0, columns);
        int[] to = new int[from.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int column = transposed ? y : x;
                int row = transposed ? x : y;
                to[y * width + x] = from[
                        (rowsReversed ? rows - 1 - row : row) * columns
                                + (columnsReversed ? columns - 1 - column : column)];
            }
        }
        BufferedImage seen = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        seen.setRGB(0, 0, width, height, to, 0, width);
        return seen;
    }
}
