package io.deeptrain.scheduler.explain;

import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.engine.EngineSnapshot.KeptRoom;
import io.deeptrain.scheduler.explain.Rehearsal.Started;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.placement.RoomIndex.Share;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/**
 * When those that wait will start, if no worker comes or goes and others {@linkplain Arrivals come as they did lately}.
 * The future is played through several times with the engine's own queue and room: in each of them every job takes its
 * expected time, multiplied by a factor that its id and the number of the future choose. Chance is not needed for that,
 * so that the same question always has the same answer.
 *
 * <p>Jobs that were asked to make room do so; that others will be asked to later is not foreseen.
 */
public final class Forecast {
    /** So many futures at most. */
    static final int FUTURES_MAX = 21;

    /** So many starts are played through altogether, so that a long queue has fewer futures. */
    static final int STARTS_MAX = 50_000;

    /** Behind so many others nobody knows. */
    static final int STARTS_MAX_EACH = 20_000;

    /**
     * How much longer or shorter jobs take than expected, equally likely each: the quantiles of a log-normal
     * distribution of which four fifths lie between a half and twice, as the estimates of new templates have it.
     */
    private static final double[] FACTORS = {0.40, 0.55, 0.67, 0.78, 0.88, 1, 1.13, 1.29, 1.50, 1.81, 2.49};

    private static final double LOW = 0.05;
    private static final double MIDDLE = 0.5;
    private static final double HIGH = 0.95;
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final Map<JobId, StartTime> starts;
    private final int futures;

    private Forecast(Map<JobId, StartTime> starts, int futures) {
        this.starts = Map.copyOf(starts);
        this.futures = futures;
    }

    /** Plays the futures through. */
    public static Forecast of(EngineSnapshot snapshot) {
        long waiting = snapshot.jobs().stream()
                .filter(job -> job.state() instanceof Queued)
                .count();
        return of(snapshot, Math.clamp(STARTS_MAX / (waiting + Arrivals.MAX), 3, FUTURES_MAX));
    }

    /** The same with so many futures, to compare with another one of as many. */
    static Forecast of(EngineSnapshot snapshot, int futures) {
        Map<JobId, List<Instant>> startsOf = new HashMap<>();
        for (int future = 0; future < futures; future++) {
            new Play(snapshot, future)
                    .starts()
                    .forEach((jobId, start) -> startsOf.computeIfAbsent(jobId, _ -> new ArrayList<>())
                            .add(start));
        }
        Map<JobId, StartTime> starts = new HashMap<>();
        startsOf.forEach((jobId, instants) -> {
            // A job that starts in some of the futures only is not to be promised a time.
            if (instants.size() == futures) {
                Collections.sort(instants);
                starts.put(
                        jobId,
                        new StartTime(quantile(instants, MIDDLE), quantile(instants, LOW), quantile(instants, HIGH)));
            }
        });
        return new Forecast(starts, futures);
    }

    Map<JobId, StartTime> starts() {
        return starts;
    }

    int futures() {
        return futures;
    }

    /** Empty if the job does not wait, never starts as things are, or too many stand before it. */
    public Optional<StartTime> of(JobId jobId) {
        return Optional.ofNullable(starts.get(jobId));
    }

    private static Instant quantile(List<Instant> ascending, double share) {
        return ascending.get((int) Math.round(share * (ascending.size() - 1)));
    }

    /** One future. */
    private static final class Play {
        private final int future;
        private final Rehearsal rehearsal;
        private final PriorityQueue<Ending> endings = new PriorityQueue<>();
        private final PriorityQueue<Instant> pauses = new PriorityQueue<>();
        private final Map<JobId, Instant> starts = new HashMap<>();
        private final Arrivals arrivals;
        private int waiting;
        private Instant now;

        private record Ending(Instant at, JobRecord job, List<Share> shares, Instant since)
                implements Comparable<Ending> {
            @Override
            public int compareTo(Ending other) {
                int byTime = at.compareTo(other.at);
                return byTime != 0 ? byTime : Long.compare(job.arrival(), other.job.arrival());
            }
        }

        Play(EngineSnapshot snapshot, int future) {
            this.future = future;
            now = snapshot.now();
            rehearsal = new Rehearsal(snapshot, snapshot.settings().queues(), now);
            arrivals = new Arrivals(snapshot, mixed(future));
            Map<Holding, KeptRoom> leaving = new HashMap<>();
            snapshot.claims().forEach(claim -> claim.leaving().forEach(holding -> leaving.put(holding, claim)));
            for (JobRecord job : snapshot.jobs()) {
                if (job.state() instanceof Leased leased) {
                    List<Share> shares = leased.lease().members().stream()
                            .map(member -> new Share(member.workerId(), member.gpus()))
                            .toList();
                    if (leaving.containsKey(leased.lease().holdingOf(job.jobId()))) {
                        rehearsal.makeRoom(job, shares, now);
                    } else {
                        endings.add(new Ending(
                                now.plus(time(job)), job, shares, leased.lease().grantedAt()));
                    }
                } else if (job.state() instanceof Queued queued && !job.isHeld()) {
                    waiting++;
                    if (now.isBefore(queued.notBefore())) {
                        pauses.add(queued.notBefore());
                    }
                }
            }
            rehearsal.startWhereRoomIsKept().forEach(this::begin);
        }

        Map<JobId, Instant> starts() {
            startAll();
            while (starts.size() < Math.min(waiting, STARTS_MAX_EACH) && next().isPresent()) {
                now = next().get();
                rehearsal.advanceTo(now);
                while (!pauses.isEmpty() && !pauses.peek().isAfter(now)) {
                    pauses.remove();
                }
                while (!endings.isEmpty() && !endings.peek().at().isAfter(now)) {
                    Ending ending = endings.remove();
                    rehearsal.end(ending.job(), ending.shares(), Duration.between(ending.since(), now));
                }
                arrivals.upTo(now).forEach(rehearsal::add);
                startAll();
            }
            return starts;
        }

        /** When something happens again that may let a job start. */
        private Optional<Instant> next() {
            return Stream.of(
                            Optional.ofNullable(endings.peek()).map(Ending::at),
                            Optional.ofNullable(pauses.peek()),
                            arrivals.next())
                    .flatMap(Optional::stream)
                    .min(Comparator.naturalOrder());
        }

        private void startAll() {
            Optional<Started> started = rehearsal.startNext();
            while (started.isPresent()) {
                begin(started.get());
                started = rehearsal.startNext();
            }
        }

        private void begin(Started started) {
            JobRecord job = started.job();
            if (job.state() instanceof Queued && !Arrivals.isOne(job.jobId())) {
                starts.put(job.jobId(), now);
            }
            endings.add(new Ending(now.plus(time(job)), job, started.shares(), now));
        }

        private Duration time(JobRecord job) {
            long millis = job.remainingWork().gpuMillis() / job.gpus();
            int choice = Math.floorMod(mixed(job.jobId().value().hashCode() * 31L + future), FACTORS.length);
            Duration time = Duration.ofMillis((long) (millis * FACTORS[choice]));
            return time.compareTo(SHORTEST) < 0 ? SHORTEST : time;
        }

        /** The finaliser of SplitMix64 (Steele and others, OOPSLA 2014). */
        private static int mixed(long seed) {
            long bits = (seed ^ (seed >>> 30)) * 0xbf58476d1ce4e5b9L;
            bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
            return (int) ((bits ^ (bits >>> 31)) >>> 33);
        }
    }
}
