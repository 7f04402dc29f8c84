package io.deeptrain.image;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.Raster;

/** Turns whatever colours and depth a file has into eight bits of red, green and blue; what is clear becomes white. */
final class Colours {
    private static final int WHITE = 255;

    private Colours() {}

    static BufferedImage rgb(BufferedImage image) {
        return image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY ? ofGrey(image) : drawn(image);
    }

    /**
     * Grey as it is stored. The platform would take a grey image with an alpha channel for one of linear light, and
     * show it brighter than the same image without.
     */
    private static BufferedImage ofGrey(BufferedImage image) {
        Raster raster = image.getRaster();
        ColorModel model = image.getColorModel();
        int width = image.getWidth();
        int height = image.getHeight();
        int full = (1 << model.getComponentSize(0)) - 1;
        int fullAlpha = model.hasAlpha() ? (1 << model.getComponentSize(1)) - 1 : 1;
        int[] packed = new int[width];
        int[] greys = new int[width];
        int[] alphas = new int[width];
        BufferedImage rgb = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, greys);
            if (model.hasAlpha()) {
                raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 1, alphas);
            }
            for (int x = 0; x < width; x++) {
                double opaque = model.hasAlpha() ? (double) alphas[x] / fullAlpha : 1;
                double grey = WHITE * ((double) greys[x] / full * opaque + 1 - opaque);
                packed[x] = 0x010101 * (int) Math.round(grey);
            }
            rgb.setRGB(0, y, width, 1, packed, 0, width);
        }
        return rgb;
    }

    private static BufferedImage drawn(BufferedImage image) {
        BufferedImage rgb = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = rgb.createGraphics();
        try {
            pen.drawImage(image, 0, 0, Color.WHITE, null);
        } finally {
            pen.dispose();
        }
        return rgb;
    }
}
