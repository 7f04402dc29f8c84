package io.deeptrain.scheduler.explain;

import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.job.JobRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Jobs that will be asked for, in one future: those that were asked for lately come again, in the same order and with
 * the same time in between, from another one of them on in each future. So neither bursts nor the mix of sizes have to
 * be guessed.
 */
final class Arrivals {
    /** So many come in one future, then no more. */
    static final int MAX = 400;

    private static final String PREFIX = "~arrival-";

    private final List<TrainingRequested> pattern = new ArrayList<>();
    private final List<Duration> gaps = new ArrayList<>();
    private int at;
    private long arrival;
    private int come;
    private Optional<Instant> next = Optional.empty();

    Arrivals(EngineSnapshot snapshot, int choice) {
        List<JobRecord> recent = snapshot.recent();
        for (int number = 0; number < recent.size(); number++) {
            TrainingRequested request = recent.get(number).request();
            Instant later = number + 1 < recent.size()
                    ? recent.get(number + 1).request().requestedAt()
                    : snapshot.now();
            pattern.add(request);
            Duration gap = Duration.between(request.requestedAt(), later);
            gaps.add(gap.isNegative() ? Duration.ZERO : gap);
            arrival = Math.max(arrival, recent.get(number).arrival());
        }
        if (gaps.stream().anyMatch(Duration::isPositive)) {
            at = Math.floorMod(choice, gaps.size());
            next = Optional.of(snapshot.now().plus(gaps.get(at)));
        }
    }

    /** When the next one comes. */
    Optional<Instant> next() {
        return next;
    }

    /** Those that have come by now. */
    List<JobRecord> upTo(Instant now) {
        List<JobRecord> arrived = new ArrayList<>();
        while (next.isPresent() && !next.get().isAfter(now)) {
            Instant time = next.get();
            at = (at + 1) % pattern.size();
            come++;
            arrived.add(JobRecord.queued(again(pattern.get(at), time), arrival + come, time));
            next = come < MAX ? Optional.of(time.plus(gaps.get(at))) : Optional.empty();
        }
        return arrived;
    }

    static boolean isOne(JobId jobId) {
        return jobId.value().startsWith(PREFIX);
    }

    private TrainingRequested again(TrainingRequested request, Instant time) {
        return new TrainingRequested(
                new JobId(PREFIX + come),
                request.tenant(),
                request.modelId(),
                request.modelVersionId(),
                request.spec(),
                request.rate(),
                request.cap(),
                request.estimate(),
                time);
    }
}
