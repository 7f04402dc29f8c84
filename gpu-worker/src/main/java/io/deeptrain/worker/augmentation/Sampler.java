package io.deeptrain.worker.augmentation;

import io.deeptrain.worker.network.Network;
import java.util.Arrays;

/**
 * Makes views of images: from squares of one size that are kept, squares of another that a network sees. Belongs to one
 * thread, because it keeps an image in hand.
 *
 * <p>A pixel's colour is interpolated between four; where a view is coarser than the image, it is the mean of two such
 * places each way, which is enough as images are kept at most twice as fine. The three colours of a pixel lie beside
 * each other in one number, and are interpolated at once.
 */
public final class Sampler {
    private static final int COLOURS = 3;
    private static final int LANE_BITS = 21;
    private static final long ONE_OF_EACH = 1 | (1L << LANE_BITS) | (1L << (2 * LANE_BITS));

    /** Places are counted in pixels with so many bits behind the point, of which as many as this weigh colours. */
    private static final int PLACE_BITS = 32;

    private static final int WEIGHT_BITS = 6;
    private static final int WEIGHT = 1 << WEIGHT_BITS;
    private static final int BITS_UNWEIGHTED = PLACE_BITS - WEIGHT_BITS;
    private static final double PLACE = 1L << PLACE_BITS;

    /** Of 8 bits, and those that the weights add; two bits more than these are free to add four numbers up. */
    private static final long COLOUR_MASK = ONE_OF_EACH * ((1L << (8 + WEIGHT_BITS)) - 1);

    /** What is seen where the image ends: nothing, to a network. */
    private static final long BEYOND = ONE_OF_EACH * ((long) Network.PIXEL_MEAN << WEIGHT_BITS);

    /** A view with at least this many pixels of the image to one of its own is coarser. */
    private static final double COARSER = 1.01;

    private final int keptSide;
    private final int side;
    private final long[] row;
    private long[] lanes = {};

    public Sampler(int keptSide, int side) {
        this.keptSide = keptSide;
        this.side = side;
        this.row = new long[side];
    }

    /**
     * The view of an image in the order colour, row, column.
     *
     * @param kept is perhaps changed, and perhaps what is answered
     */
    public byte[] view(byte[] kept, View view) {
        byte[] seen;
        if (view.moves() || keptSide != side) {
            seen = sampled(kept, view);
        } else {
            seen = view.mirrored() ? view.mirror().of(kept, side) : kept;
        }
        view.changeTones(seen, side);
        return seen;
    }

    private byte[] sampled(byte[] kept, View view) {
        Window window = Window.of(view.crop(), keptSide);
        take(kept, window);
        AffineMap map = view.map();
        double scale = keptSide / (double) side;
        int across = Math.hypot(map.xx(), map.yx()) * scale < COARSER ? 1 : 2;
        int down = Math.hypot(map.xy(), map.yy()) * scale < COARSER ? 1 : 2;
        byte[] seen = new byte[COLOURS * side * side];
        for (int y = 0; y < side; y++) {
            Arrays.fill(row, 0);
            for (int part = 0; part < down; part++) {
                addRow(window, map, (y + (part + 0.5) / down) / side, across);
            }
            put(seen, y, across * down);
        }
        return seen;
    }

    /**
     * The part of the image that is in hand, with a border as wide as a pixel around it.
     *
     * @param left the first column of the image in hand, as is {@code top} of the rows
     * @param lowX places from here on are within, those from {@code highX} on beyond; of rows it is the same
     */
    private record Window(int left, int top, int width, int height, long lowX, long highX, long lowY, long highY) {
        static Window of(Crop crop, int side) {
            int left = (int) Math.floor(crop.left() * side);
            int top = (int) Math.floor(crop.top() * side);
            double right = (crop.left() + crop.width()) * side;
            double bottom = (crop.top() + crop.height()) * side;
            return new Window(
                    left,
                    top,
                    Math.min(side, (int) Math.ceil(right)) - left,
                    Math.min(side, (int) Math.ceil(bottom)) - top,
                    place(crop.left() * side - left),
                    place(Math.min(right, side) - left),
                    place(crop.top() * side - top),
                    place(Math.min(bottom, side) - top));
        }

        /** Number 1 is the first pixel behind the border, whose middle is its place; a half is to round the weights. */
        static long place(double pixels) {
            return (long) Math.floor((pixels + 0.5) * PLACE) + (1L << (BITS_UNWEIGHTED - 1));
        }

        int stride() {
            return width + 2;
        }
    }

    /** The border is as the pixels beside it, so that nothing from beyond the window is seen. */
    private void take(byte[] kept, Window window) {
        int plane = keptSide * keptSide;
        int stride = window.stride();
        if (lanes.length < stride * (window.height() + 2)) {
            lanes = new long[(keptSide + 2) * (keptSide + 2)];
        }
        for (int y = 0; y < window.height() + 2; y++) {
            int from = (window.top() + Math.clamp(y - 1L, 0, window.height() - 1)) * keptSide + window.left();
            int to = y * stride + 1;
            for (int x = 0; x < window.width(); x++) {
                int at = from + x;
                lanes[to + x] = (kept[at] & 0xFFL)
                        | ((kept[plane + at] & 0xFFL) << LANE_BITS)
                        | ((kept[2 * plane + at] & 0xFFL) << (2 * LANE_BITS));
            }
            lanes[to - 1] = lanes[to];
            lanes[to + window.width()] = lanes[to + window.width() - 1];
        }
    }

    /** Adds what is seen along one line, with so many places to a pixel. */
    private void addRow(Window window, AffineMap map, double y, int across) {
        double first = 0.5 / (across * side);
        long u = Window.place((map.xx() * first + map.xy() * y + map.x0()) * keptSide - window.left());
        long v = Window.place((map.yx() * first + map.yy() * y + map.y0()) * keptSide - window.top());
        double scale = keptSide * PLACE / (across * side);
        long du = Math.round(map.xx() * scale);
        long dv = Math.round(map.yx() * scale);
        int stride = window.stride();
        int shift = across - 1;
        for (int x = 0; x < side * across; x++) {
            boolean within = u >= window.lowX() && u < window.highX() && v >= window.lowY() && v < window.highY();
            row[x >> shift] += within ? colourAt(u, v, stride) : BEYOND;
            u += du;
            v += dv;
        }
    }

    private long colourAt(long u, long v, int stride) {
        int at = (int) (v >> PLACE_BITS) * stride + (int) (u >> PLACE_BITS);
        long right = (u >> BITS_UNWEIGHTED) & (WEIGHT - 1);
        long low = (v >> BITS_UNWEIGHTED) & (WEIGHT - 1);
        long above = lanes[at] * (WEIGHT - right) + lanes[at + 1] * right;
        long below = lanes[at + stride] * (WEIGHT - right) + lanes[at + stride + 1] * right;
        return ((above * (WEIGHT - low) + below * low) >>> WEIGHT_BITS) & COLOUR_MASK;
    }

    /** The means of what was added up, rounded. */
    private void put(byte[] seen, int y, int places) {
        int shift = WEIGHT_BITS + Integer.numberOfTrailingZeros(places);
        long half = ONE_OF_EACH << (shift - 1);
        int plane = side * side;
        for (int x = 0; x < side; x++) {
            long colours = row[x] + half;
            int at = y * side + x;
            seen[at] = (byte) (colours >> shift);
            seen[plane + at] = (byte) (colours >> (LANE_BITS + shift));
            seen[2 * plane + at] = (byte) (colours >> (2 * LANE_BITS + shift));
        }
    }
}
