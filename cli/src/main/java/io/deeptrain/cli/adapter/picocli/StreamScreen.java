package io.deeptrain.cli.adapter.picocli;

import io.deeptrain.cli.port.Screen;
import java.io.PrintWriter;

/** Lines on standard output; what changes goes to standard error, so that a pipe gets the lines alone. */
final class StreamScreen implements Screen {
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean interactive;

    /** @param interactive whether a person watches a terminal that can replace a line */
    StreamScreen(PrintWriter out, PrintWriter err, boolean interactive) {
        this.out = out;
        this.err = err;
        this.interactive = interactive;
    }

    @Override
    public void line(String text) {
        out.println(text);
        out.flush();
    }

    @Override
    public void live(String text) {
        if (interactive) {
            err.print(CLEAR_LINE + text);
            err.flush();
        }
    }

    @Override
    public void milestone(String text) {
        if (interactive) {
            live(text);
        } else {
            err.println(text);
            err.flush();
        }
    }

    @Override
    public void endLive() {
        if (interactive) {
            err.println();
            err.flush();
        }
    }
}
