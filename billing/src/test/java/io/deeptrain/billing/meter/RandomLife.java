package io.deeptrain.billing.meter;

import io.deeptrain.billing.JobStory;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Fault;
import io.deeptrain.event.JobEvent.RequeueCause;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A life of a job drawn from a seed, with what it must cost, worked out on the way: how much useful time had gone into
 * the state that each checkpoint holds. Nothing of the rules under test is used.
 *
 * @param usefulMillis what is billable before any cap
 * @param heldMillis how long meters ran by the server's clock, by attempt
 */
public record RandomLife(JobStory story, long usefulMillis, Map<Long, Long> heldMillis) {
    private static final int ATTEMPTS_MAX = 5;
    private static final List<RequeueCause> CAUSES = List.of(RequeueCause.values());

    private record Saved(Checkpoint checkpoint, long usefulMillis) {}

    public static RandomLife of(long seed) {
        return of("job-1", seed);
    }

    public static RandomLife of(String jobId, long seed) {
        Random random = new Random(seed);
        JobStory story = JobStory.aJob(jobId).at(1 + random.nextInt(1000)).on(1 + random.nextInt(4));
        if (random.nextInt(3) == 0) {
            story.cappedAt(random.nextInt(40));
        }
        if (random.nextInt(3) == 0) {
            story.beginningAt("2026-03-31T23:50:00Z");
        }
        story.queued();
        Map<Long, Long> held = new TreeMap<>();
        Optional<Saved> newest = Optional.empty();
        long kept = 0;
        int attempts = random.nextInt(ATTEMPTS_MAX + 1);
        for (int number = 1; number <= attempts; number++) {
            story.after(seconds(random, 30)).assigned().after(seconds(random, 10));
            if (random.nextInt(6) == 0) {
                story.lost(0);
                continue;
            }
            Optional<Saved> origin = random.nextInt(4) == 0 ? Optional.empty() : newest;
            origin.ifPresentOrElse(saved -> story.startedFrom(saved.checkpoint()), story::started);
            long before = origin.map(Saved::usefulMillis).orElse(0L);
            // What led up here is billable from now on, whatever becomes of this attempt.
            kept = before;
            Instant startedAt = story.now();
            long reading = 0;
            for (int report = random.nextInt(5); report > 0; report--) {
                long worked = 1L + random.nextInt(60_000);
                story.after(Duration.ofMillis(worked).toString());
                // A worker may show a little less than the server's clock, never more.
                reading += worked - random.nextInt((int) Math.min(worked, 500));
                story.shows(reading, reading);
                if (random.nextBoolean()) {
                    story.checkpointed(reading);
                    newest = Optional.of(new Saved(story.checkpoint(reading), before + reading));
                }
            }
            boolean last = number == attempts;
            if (!last) {
                story.after(seconds(random, 10)).lost(cause(random), reading);
                held.put(story.attempt().value(), millis(startedAt, story.now()));
                continue;
            }
            long useful = switch (random.nextInt(5)) {
                case 0 -> {
                    story.failed(Fault.PLATFORM, "UNKNOWN", reading);
                    yield 0;
                }
                case 1 -> {
                    story.failed(Fault.USER, "NAN_LOSS", reading);
                    yield before + reading;
                }
                case 2 -> {
                    story.cancelling();
                    Instant cancelledAt = story.now();
                    long late = random.nextInt(800);
                    story.after(Duration.ofMillis(late).toString()).cancelled(cancelledAt, reading + late);
                    yield before + Math.min(reading + late, millis(startedAt, cancelledAt));
                }
                default -> {
                    story.succeeded(reading);
                    yield before + reading;
                }
            };
            held.put(story.attempt().value(), millis(startedAt, story.now()));
            return new RandomLife(story, useful, held);
        }
        story.after("PT1S").cancelled(story.now(), 0);
        return new RandomLife(story, kept, held);
    }

    private static RequeueCause cause(Random random) {
        return CAUSES.get(random.nextInt(CAUSES.size()));
    }

    private static String seconds(Random random, int bound) {
        return Duration.ofSeconds(random.nextInt(bound)).toString();
    }

    private static long millis(Instant from, Instant to) {
        return Duration.between(from, to).toMillis();
    }
}
