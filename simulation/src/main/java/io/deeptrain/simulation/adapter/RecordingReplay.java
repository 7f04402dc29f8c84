package io.deeptrain.simulation.adapter;

import io.deeptrain.scheduler.adapter.recording.Recording;
import io.deeptrain.scheduler.adapter.recording.Recording.Replayed;
import java.io.IOException;
import java.nio.file.Path;

/** Tells engines of this build what leaders in production were told, and compares what they decide. */
public final class RecordingReplay {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int DIGEST_SHOWN = 16;

    private RecordingReplay() {}

    /** Recordings, each a file; the process ends with 1 if one of them is decided otherwise or cannot be read. */
    public static void main(String[] arguments) {
        boolean equal = arguments.length > 0;
        for (String file : arguments) {
            equal &= replay(Path.of(file));
        }
        System.exit(equal ? 0 : 1);
    }

    private static boolean replay(Path file) {
        long begun = System.nanoTime();
        try {
            Replayed replayed = new Recording(file).replay();
            System.out.printf(
                    "%s: %,d jobs at first, %,d inputs, %,d commits in %.2f s%n",
                    file.getFileName(),
                    replayed.jobs(),
                    replayed.inputs(),
                    replayed.commits(),
                    (System.nanoTime() - begun) / NANOS_PER_SECOND);
            replayed.deviation()
                    .ifPresentOrElse(
                            deviation -> System.out.printf(
                                    "  DECIDED OTHERWISE before line %,d, after %s%n",
                                    deviation.line(), deviation.after()),
                            () -> System.out.printf(
                                    "  the same decisions: %s%n",
                                    replayed.decided().substring(0, DIGEST_SHOWN)));
            return replayed.deviation().isEmpty();
        } catch (IOException unreadable) {
            System.out.printf("%s%n", unreadable.getMessage());
        }
        return false;
    }
}
