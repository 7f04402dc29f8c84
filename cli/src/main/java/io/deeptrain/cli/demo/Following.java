package io.deeptrain.cli.demo;

import io.deeptrain.cli.port.EventStream;
import io.deeptrain.cli.port.TrainingApi.VersionPath;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the event topics have said so far. */
final class Following {
    private final EventStream stream;
    private final List<EventStream.Known> heard = new ArrayList<>();

    Following(EventStream stream) {
        this.stream = stream;
    }

    /** Reads on, and keeps what concerns jobs and their charges. */
    void readOn() throws IOException {
        for (EventStream.Read read : stream.next()) {
            switch (read) {
                case EventStream.Known known -> heard.add(known);
                case EventStream.Unknown _ -> {
                    // A later version's event is none of this program's business.
                }
            }
        }
    }

    Optional<JobId> jobOf(VersionPath version) {
        return heard.stream()
                .map(EventStream.Known::event)
                .filter(JobQueued.class::isInstance)
                .map(JobQueued.class::cast)
                .filter(queued -> queued.modelVersionId().value().equals(version.version())
                        && queued.modelId().value().equals(version.model())
                        && queued.tenant().appId().equals(version.app()))
                .map(JobQueued::jobId)
                .findFirst();
    }

    Optional<Progress> newestProgress(VersionPath version) {
        return newestReport(version).map(ProgressReported::progress);
    }

    /** What the meter of the newest attempt reads, 0 before it runs. */
    long meterMillis(VersionPath version) {
        return newestReport(version).map(ProgressReported::readingMillis).orElse(0L);
    }

    /** The history of a version's job, and its final charge. */
    List<EventStream.Known> history(VersionPath version) {
        return jobOf(version).stream()
                .flatMap(job -> heard.stream().filter(known -> switch (known.event()) {
                    case JobEvent event -> event.jobId().equals(job);
                    case ChargePosted event -> event.jobId().equals(job);
                    default -> false;
                }))
                .toList();
    }

    boolean hasEnded(VersionPath version) {
        return history(version).stream().anyMatch(known -> known.event() instanceof JobEvent.Terminal);
    }

    boolean isPosted(VersionPath version) {
        return history(version).stream().anyMatch(known -> known.event() instanceof ChargeEvent);
    }

    private Optional<ProgressReported> newestReport(VersionPath version) {
        return jobOf(version)
                .flatMap(job -> heard.stream()
                        .map(EventStream.Known::event)
                        .filter(ProgressReported.class::isInstance)
                        .map(ProgressReported.class::cast)
                        .filter(report -> report.jobId().equals(job))
                        .reduce((_, later) -> later));
    }
}
