package io.deeptrain.cli.port;

import java.io.IOException;
import java.time.Duration;

/** Time passing while something is waited for. */
public interface Time {
    /** Since some fixed moment; never goes back. */
    Duration elapsed();

    void pause(Duration duration) throws IOException;
}
