package io.deeptrain.cli.demo;

import io.deeptrain.cli.port.EventStream;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What the event topics have said so far. */
final class Following {
    private final EventStream stream;
    private final List<EventStream.Known> heard = new ArrayList<>();

    Following(EventStream stream) {
        this.stream = stream;
    }

    /** Reads on. A later version's event is none of this program's business. */
    void readOn() throws IOException {
        for (EventStream.Read read : stream.next()) {
            if (read instanceof EventStream.Known known) {
                heard.add(known);
            }
        }
    }

    /** The history of a job, and its final charge, by time: topics are read in no order among them. */
    List<EventStream.Known> history(JobId job) {
        return heard.stream()
                .filter(known -> isHistoryOf(job, known))
                .sorted(Comparator.comparing(EventStream.Known::time))
                .toList();
    }

    /** Whether history and final charge have arrived to their ends. */
    boolean isComplete(JobId job) {
        List<EventStream.Known> history = history(job);
        return history.stream().anyMatch(known -> known.event() instanceof JobEvent.Terminal)
                && history.stream().anyMatch(known -> known.event() instanceof ChargePosted);
    }

    private static boolean isHistoryOf(JobId job, EventStream.Known known) {
        return switch (known.event()) {
            case JobEvent event -> event.jobId().equals(job);
            case ChargePosted event -> event.jobId().equals(job);
            default -> false;
        };
    }
}
