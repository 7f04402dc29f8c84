package io.deeptrain.scheduler.explain;

import io.deeptrain.event.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was expected of those who wait, compared with when they start, so that later promises are better ones, see
 * {@link Calibration}. Each waiting job is promised a start when it is first looked at, and again whenever it has
 * waited twice as long. A promise that time has proved wrong counts at once, not only when the job starts at last:
 * else, in a growing queue, only short waits would be learned from.
 *
 * <p>Belongs to one thread.
 */
public final class Promises {
    /** So many jobs are followed at once, those that came first. */
    static final int JOBS_MAX = 20_000;

    private static final Duration SECOND_AFTER = Duration.ofMinutes(1);

    private final Calibration calibration = new Calibration();
    private final Map<JobId, List<Promise>> open = new HashMap<>();

    /** What was expected of a job, as the forecast had it and as it was told. */
    private static final class Promise {
        private final Instant asOf;
        private final StartTime forecast;
        private final StartTime told;
        private boolean broken;

        Promise(Instant asOf, StartTime forecast, StartTime told) {
            this.asOf = asOf;
            this.forecast = forecast;
            this.told = told;
        }
    }

    /**
     * A look at those who wait.
     *
     * @param forecasts when they are expected to start, of those that start in every future
     */
    public void look(Instant asOf, Map<JobId, StartTime> forecasts) {
        open.keySet().retainAll(forecasts.keySet());
        open.values().forEach(promises -> promises.forEach(promise -> countIfBroken(promise, asOf)));
        forecasts.forEach((jobId, forecast) -> {
            if (open.size() < JOBS_MAX || open.containsKey(jobId)) {
                List<Promise> promises = open.computeIfAbsent(jobId, _ -> new ArrayList<>());
                if (isTimeForAnother(promises, asOf)) {
                    promises.add(new Promise(asOf, forecast, calibrated(asOf, forecast)));
                }
            }
        });
    }

    /**
     * A job has started. Answers by how much it is later than it was first promised, below zero if it is earlier; empty
     * if it was promised nothing.
     */
    public Optional<Duration> started(JobId jobId, Instant at) {
        List<Promise> promises = open.remove(jobId);
        if (promises == null) {
            return Optional.empty();
        }
        promises.forEach(promise -> calibration.observe(promise.asOf, promise.forecast, at));
        return Optional.of(Duration.between(promises.getFirst().told.at(), at));
    }

    /** What may be promised, given what the forecast has. */
    public StartTime calibrated(Instant asOf, StartTime forecast) {
        return calibration.calibrated(asOf, forecast);
    }

    private void countIfBroken(Promise promise, Instant now) {
        if (!promise.broken && now.isAfter(promise.told.high())) {
            promise.broken = true;
            calibration.observe(promise.asOf, promise.forecast, now);
        }
    }

    private static boolean isTimeForAnother(List<Promise> promises, Instant now) {
        if (promises.isEmpty()) {
            return true;
        }
        Duration waited = Duration.between(promises.getFirst().asOf, now);
        Duration atLast = Duration.between(promises.getFirst().asOf, promises.getLast().asOf);
        return waited.compareTo(SECOND_AFTER) >= 0 && waited.compareTo(atLast.multipliedBy(2)) >= 0;
    }
}
