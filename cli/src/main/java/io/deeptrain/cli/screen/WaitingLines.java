package io.deeptrain.cli.screen;

import io.deeptrain.cli.port.WaitingLine.Decided;
import io.deeptrain.cli.port.WaitingLine.Expected;
import io.deeptrain.cli.port.WaitingLine.Front;
import io.deeptrain.cli.port.WaitingLine.Waiting;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Who waits and why, in lines. */
public final class WaitingLines {
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("MMM d HH:mm", Locale.ROOT);
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("MMM d HH:mm:ss", Locale.ROOT);
    private static final String INDENT = "     ";

    private WaitingLines() {}

    /** Those at the front, each with its reason. */
    public static List<String> of(Front front, ZoneId zone) {
        List<String> lines = new ArrayList<>();
        lines.add(front.waiting() == 0 ? "Nobody waits." : Words.count(front.waiting(), "job") + " waiting");
        for (Waiting job : front.jobs()) {
            lines.add("%3d  %s  %s".formatted(job.position(), job.job(), start(job, zone)));
            lines.add(INDENT + job.why());
        }
        int more = front.waiting() - front.jobs().size();
        if (more > 0) {
            lines.add(INDENT + "… and %,d more".formatted(more));
        }
        return lines;
    }

    /** All that there is to say about one job. */
    public static List<String> of(Optional<Waiting> waiting, List<Decided> decisions, ZoneId zone) {
        List<String> lines = new ArrayList<>();
        waiting.ifPresent(job -> {
            lines.add("Position %d; %s.".formatted(job.position(), start(job, zone)));
            lines.add(job.why());
            lines.add("What would start it: " + job.wouldStart());
        });
        if (waiting.isEmpty()) {
            lines.add("It does not wait.");
        }
        for (Decided decided : decisions) {
            lines.add("%s  %-16s %s"
                    .formatted(SECOND.format(decided.at().atZone(zone)), decided.kind(), decided.sentence()));
        }
        return lines;
    }

    private static String start(Waiting job, ZoneId zone) {
        return job.start()
                .map(expected -> "starts about %s (%s to %s, %s)"
                        .formatted(
                                minute(expected.at(), zone),
                                minute(expected.low(), zone),
                                minute(expected.high(), zone),
                                coverage(expected)))
                .orElse("nobody can say when it starts");
    }

    private static String coverage(Expected expected) {
        return "in %.0f %% of cases".formatted(100 * expected.coverage());
    }

    private static String minute(Instant at, ZoneId zone) {
        return MINUTE.format(at.atZone(zone));
    }
}
