package io.deeptrain.video.adapter.jcodec;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jcodec.codecs.h264.H264Utils;
import org.jcodec.common.model.ColorSpace;
import org.jcodec.common.model.Picture;
import org.jcodec.common.model.Rect;

/**
 * Turns luma and chroma into red, green and blue. Where the file does not say how: by ITU-R BT.601 below 720 rows and
 * by BT.709 from there on, as players do.
 *
 * @param full whether luma and chroma use all of a byte
 * @param matrix {@code matrix_coefficients} of H.264, table E-5
 */
record Colours(boolean full, int matrix) {
    private static final int MATRIX_709 = 1;
    private static final int MATRIX_UNSAID = 2;

    private static final int ROWS_OF_BT_709 = 720;
    private static final double RED_601 = 0.299;
    private static final double BLUE_601 = 0.114;
    private static final double RED_709 = 0.2126;
    private static final double BLUE_709 = 0.0722;

    /** Black and white of video, which leaves room below and above, and of JPEG, which does not. */
    private static final int BLACK = 16;

    private static final int LUMA_RANGE = 219;
    private static final int CHROMA_RANGE = 224;
    private static final int FULL = 255;

    /** The decoder stores numbers less this. */
    private static final int OFFSET = 128;

    /** What the sequence parameter sets among these parameters say. */
    static Colours of(ByteBuffer parameters) {
        return H264Utils.readSPSFromBufferList(H264Utils.getRawSPS(parameters.duplicate())).stream()
                .map(set -> Optional.ofNullable(set.vuiParams))
                .flatMap(Optional::stream)
                .findFirst()
                .map(said -> new Colours(
                        said.videoFullRangeFlag,
                        said.colourDescriptionPresentFlag ? said.matrixCoefficients : MATRIX_UNSAID))
                .orElseGet(() -> new Colours(false, MATRIX_UNSAID));
    }

    /** The visible part of the picture; of each axis one pixel in so many, that {@code side} are left. */
    BufferedImage rgb(Picture picture, int side) {
        Rect visible =
                picture.getCrop() == null ? new Rect(0, 0, picture.getWidth(), picture.getHeight()) : picture.getCrop();
        int stepX = Math.max(1, visible.getWidth() / side);
        int stepY = Math.max(1, visible.getHeight() / side);
        int width = Math.ceilDiv(visible.getWidth(), stepX);
        int height = Math.ceilDiv(visible.getHeight(), stepY);
        boolean sharp = matrix == MATRIX_UNSAID ? visible.getHeight() >= ROWS_OF_BT_709 : matrix == MATRIX_709;
        double red = sharp ? RED_709 : RED_601;
        double blue = sharp ? BLUE_709 : BLUE_601;
        double green = 1 - red - blue;
        double lumaScale = full ? 1 : (double) FULL / LUMA_RANGE;
        double chromaScale = full ? 1 : (double) FULL / CHROMA_RANGE;
        int black = full ? 0 : BLACK;
        boolean grey = picture.getColor().nComp == 1;
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int column = visible.getX() + x * stepX;
                int line = visible.getY() + y * stepY;
                double luma = (at(picture, 0, column, line) + OFFSET - black) * lumaScale;
                double blueness = grey ? 0 : at(picture, 1, column, line) * chromaScale;
                double redness = grey ? 0 : at(picture, 2, column, line) * chromaScale;
                double r = luma + 2 * (1 - red) * redness;
                double b = luma + 2 * (1 - blue) * blueness;
                double g = luma - 2 * (red * (1 - red) * redness + blue * (1 - blue) * blueness) / green;
                row[x] = clamped(r) << 16 | clamped(g) << 8 | clamped(b);
            }
            image.setRGB(0, y, width, 1, row, 0, width);
        }
        return image;
    }

    private static int at(Picture picture, int plane, int column, int line) {
        ColorSpace colours = picture.getColor();
        return picture.getPlaneData(plane)[
                (line >> colours.compHeight[plane]) * picture.getPlaneWidth(plane)
                        + (column >> colours.compWidth[plane])];
    }

    private static int clamped(double value) {
        return (int) Math.max(0, Math.min(FULL, Math.round(value)));
    }
}
