package io.deeptrain.worker.detection;

/**
 * A box as its offset from an anchor, Girshick et al. 2014, "Rich feature hierarchies", appendix C: how far its centre
 * lies below and right of the anchor's in heights and widths of the anchor, and the logarithms of how many times as
 * high and wide it is.
 */
public final class BoxCoding {
    /** Numbers of a coded box. */
    public static final int NUMBERS = 4;

    /** A found box is at most so many times as high or wide as its anchor: no exponential overflows. */
    public static final double TIMES_MAX = 62.5;

    private static final double LOGARITHM_MAX = Math.log(TIMES_MAX);

    private BoxCoding() {}

    /** Down, right, height, width. */
    public static float[] encode(Box anchor, Box box) {
        return new float[] {
            (float) ((box.top() + box.bottom() - anchor.top() - anchor.bottom()) / 2 / anchor.height()),
            (float) ((box.left() + box.right() - anchor.left() - anchor.right()) / 2 / anchor.width()),
            (float) Math.log(box.height() / anchor.height()),
            (float) Math.log(box.width() / anchor.width())
        };
    }

    /** The box of which these are the numbers. */
    public static Box decode(Box anchor, double down, double right, double height, double width) {
        double y = (anchor.top() + anchor.bottom()) / 2 + down * anchor.height();
        double x = (anchor.left() + anchor.right()) / 2 + right * anchor.width();
        double halfHeight = anchor.height() * Math.exp(Math.min(height, LOGARITHM_MAX)) / 2;
        double halfWidth = anchor.width() * Math.exp(Math.min(width, LOGARITHM_MAX)) / 2;
        return new Box(y - halfHeight, x - halfWidth, y + halfHeight, x + halfWidth);
    }
}
