package io.deeptrain.cli.screen;

/** A bar that fills from left to right, to an eighth of a character. */
public final class Bar {
    private static final int EIGHTHS = 8;
    /** One to seven eighths of a block, and nothing for none. */
    private static final String[] PARTS = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

    private Bar() {}

    /**
     * A bar of so many characters.
     *
     * @param share 0 to 1; what is outside is shown as the nearer end
     */
    public static String of(double share, int width) {
        int eighths = (int) (Math.clamp(share, 0.0, 1.0) * width * EIGHTHS);
        String filled = "█".repeat(eighths / EIGHTHS) + PARTS[eighths % EIGHTHS];
        return filled + " ".repeat(width - filled.length());
    }
}
