package io.deeptrain.cli.port;

/** Where a person, or the file that stands in for one, reads along. */
public interface Screen {
    void line(String text);

    /** Shows how far something has come, in place of what it showed before. */
    void live(String text);

    /**
     * Like {@link #live}, and worth a line of its own where lines cannot be replaced: the end of an epoch, the last of
     * many.
     */
    void milestone(String text);

    /** Leaves the last live text standing. */
    void endLive();
}
